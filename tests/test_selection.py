from itertools import chain

import pytest

from kerasgan.datasets.layouts.detection import Picture
from kerasgan.datasets.selection import RULES, select

PICTURES = [
    Picture("one", ("red hair", "blue eyes")),
    Picture("two hair", ("red hair", "long hair", "aqua hair", "blue eyes")),
    Picture("no eyes", ("red hair", "bicolored eyes")),
    Picture("none", ()),
    Picture("line art", ("aqua hair", "blue eyes", "polychromatic")),
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
    chosen = select(PICTURES, rule)
    names = [PICTURES[row].name for row in chosen.rows]
    assert dict(zip(names, zip(chosen.hair, chosen.eyes, strict=True), strict=True)) == labels


def test_the_reasons_are_told():
    assert select(PICTURES, "exactly-one").left_out == {
        "several hair colours": ["two hair"],
        "no eye colour": ["no eyes"],
        "no hair and no eye colour": ["none"],
    }


def test_tags_that_are_excluded_or_required():
    chosen = select(PICTURES, "any", exclude=["polychromatic"], require=["red hair"])
    assert chosen.rows == [0, 1, 2]
    assert chosen.left_out == {"no tag red hair": ["none"], "tag polychromatic": ["line art"]}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("min_per_class", [1, 2, 3])
def test_every_picture_is_chosen_or_left_out(rule, min_per_class):
    chosen = select(PICTURES, rule, exclude=["long hair"], min_per_class=min_per_class)
    names = [PICTURES[row].name for row in chosen.rows]
    names += chain.from_iterable(chosen.left_out.values())
    assert sorted(names) == sorted(picture.name for picture in PICTURES)
    assert len(chosen.rows) == len(chosen.hair) == len(chosen.eyes)


def test_a_rare_colour_leaves_and_may_take_another_with_it():
    """Blue eyes are two until the only aqua hair goes."""
    pictures = [
        Picture(str(number), (f"{hair} hair", f"{eyes} eyes"))
        for number, (hair, eyes) in enumerate(
            [("red", "red"), ("red", "red"), ("red", "blue"), ("aqua", "blue")]
        )
    ]
    assert select(pictures, "exactly-one", min_per_class=2).rows == [0, 1]
    chosen = select(pictures, "any", min_per_class=2)
    assert chosen.rows == [0, 1, 2, 3]
    assert chosen.hair == ["red", "red", "red", None]
    assert chosen.eyes == ["red", "red", "blue", "blue"]
