from itertools import chain

import pytest

from kerasgan.datasets.layouts.base import TaggedImage
from kerasgan.datasets.selection import RULES, select

IMAGES = [
    TaggedImage("one", ("red hair", "blue eyes")),
    TaggedImage("two hair", ("red hair", "long hair", "aqua hair", "blue eyes")),
    TaggedImage("no eyes", ("red hair", "bicolored eyes")),
    TaggedImage("none", ()),
    TaggedImage("line art", ("aqua hair", "blue eyes", "polychromatic")),
]


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        ("exactly-one", {"one": ("red", "blue"), "line art": ("aqua", "blue")}),
        (
            "first",
            {"one": ("red", "blue"), "two hair": ("red", "blue"), "line art": ("aqua", "blue")},
        ),
        (
            "any",
            {
                "one": ("red", "blue"),
                "two hair": (None, "blue"),
                "no eyes": ("red", None),
                "none": (None, None),
                "line art": ("aqua", "blue"),
            },
        ),
    ],
)
def test_colours(rule, labels):
    chosen = select(IMAGES, rule)
    names = [IMAGES[row].name for row in chosen.rows]
    assert dict(zip(names, zip(chosen.hair, chosen.eyes, strict=True), strict=True)) == labels


def test_the_reasons_are_told():
    assert select(IMAGES, "exactly-one").left_out == {
        "several hair colours": ["two hair"],
        "no eye colour": ["no eyes"],
        "no hair and no eye colour": ["none"],
    }


def test_tags_that_are_excluded_or_required():
    chosen = select(IMAGES, "any", exclude=["polychromatic"], require=["red hair"])
    assert chosen.rows == [0, 1, 2]
    assert chosen.left_out == {"no tag red hair": ["none"], "tag polychromatic": ["line art"]}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("min_per_class", [1, 2, 3])
def test_every_picture_is_chosen_or_left_out(rule, min_per_class):
    chosen = select(IMAGES, rule, exclude=["long hair"], min_per_class=min_per_class)
    names = [IMAGES[row].name for row in chosen.rows]
    names += chain.from_iterable(chosen.left_out.values())
    assert sorted(names) == sorted(image.name for image in IMAGES)
    assert len(chosen.rows) == len(chosen.hair) == len(chosen.eyes)


def test_a_rare_colour_leaves_and_may_take_another_with_it():
    """Blue eyes are two until the only aqua hair goes."""
    images = [
        TaggedImage(str(number), (f"{hair} hair", f"{eyes} eyes"))
        for number, (hair, eyes) in enumerate(
            [("red", "red"), ("red", "red"), ("red", "blue"), ("aqua", "blue")]
        )
    ]
    assert select(images, "exactly-one", min_per_class=2).rows == [0, 1]
    chosen = select(images, "any", min_per_class=2)
    assert chosen.rows == [0, 1, 2, 3]
    assert chosen.hair == ["red", "red", "red", None]
    assert chosen.eyes == ["red", "red", "blue", "blue"]
