from itertools import chain

import pytest

from kerasgan.datasets import colours
from kerasgan.datasets.layouts.base import AnnotatedImage
from kerasgan.datasets.selection import RULES, choose_labels, select
from kerasgan.labels import BINARY
from kerasgan.utils.errors import InvalidInput

NAMES = ("hair", "eyes")


def tagged(name, tags):
    return AnnotatedImage(name, tags, colours.read(tags))


IMAGES = [
    tagged("one", ("red hair", "blue eyes")),
    tagged("two hair", ("red hair", "long hair", "aqua hair", "blue eyes")),
    tagged("no eyes", ("red hair", "bicolored eyes")),
    tagged("none", ()),
    tagged("line art", ("aqua hair", "blue eyes", "polychromatic")),
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
def test_rules(rule, labels):
    chosen = select(IMAGES, NAMES, rule)
    names = [IMAGES[row].name for row in chosen.rows]
    assert dict(zip(names, chosen.values, strict=True)) == labels


def test_the_reasons_are_told():
    assert select(IMAGES, NAMES, "exactly-one").left_out == {
        "several values of hair": ["two hair"],
        "no eyes": ["no eyes"],
        "no hair and no eyes": ["none"],
    }


def test_tags_that_are_excluded_or_required():
    chosen = select(IMAGES, NAMES, "any", exclude=["polychromatic"], require=["red hair"])
    assert chosen.rows == [0, 1, 2]
    assert chosen.left_out == {"no tag red hair": ["none"], "tag polychromatic": ["line art"]}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("min_per_value", [1, 2, 3])
def test_every_image_is_chosen_or_left_out(rule, min_per_value):
    chosen = select(IMAGES, NAMES, rule, exclude=["long hair"], min_per_value=min_per_value)
    names = [IMAGES[row].name for row in chosen.rows]
    names += chain.from_iterable(chosen.left_out.values())
    assert sorted(names) == sorted(image.name for image in IMAGES)
    assert len(chosen.rows) == len(chosen.values)


def test_a_rare_value_leaves_and_may_take_another_with_it():
    """Blue eyes are two until the only aqua hair goes."""
    images = [
        tagged(str(number), (f"{hair} hair", f"{eyes} eyes"))
        for number, (hair, eyes) in enumerate(
            [("red", "red"), ("red", "red"), ("red", "blue"), ("aqua", "blue")]
        )
    ]
    assert select(images, NAMES, "exactly-one", min_per_value=2).rows == [0, 1]
    chosen = select(images, NAMES, "any", min_per_value=2)
    assert chosen.rows == [0, 1, 2, 3]
    hair, eyes = zip(*chosen.values, strict=True)
    assert hair == ("red", "red", "red", None)
    assert eyes == ("red", "red", "blue", "blue")


def table(**columns):
    """Images with the given values of each column, None where a cell is empty."""
    rows = zip(*columns.values(), strict=True)
    return [
        AnnotatedImage(str(n), (), {c: (v,) for c, v in zip(columns, row, strict=True) if v})
        for n, row in enumerate(rows)
    ]


def test_columns_with_2_to_200_values_are_labels():
    images = table(
        breed=["tabby", "siamese", "10", "9"] * 75,
        indoors=["yes", "no", None, "yes"] * 75,
        same=["cat"] * 300,
        note=[f"note {n}" for n in range(300)],
        age=[str(n % 60) for n in range(300)],
    )
    labels, line = choose_labels(images, {}, (), "cats")
    assert [label.name for label in labels] == ["breed", "indoors"]
    assert labels[0].values == ("9", "10", "siamese", "tabby")
    assert labels[1].values == BINARY
    assert line == (
        "labels of cats: breed (4 values), indoors; not same, note, age; choose with --labels"
    )
    chosen, line = choose_labels(images, {}, ["Indoors"], "cats")
    assert ([label.name for label in chosen], line) == (["indoors"], "")
    assert choose_labels(images, {}, ["none"], "cats") == ([], "")


def test_at_most_eight_are_chosen_unasked():
    images = table(**{f"a{n}": ["yes", "no"] for n in range(10)})
    labels, line = choose_labels(images, {}, (), "faces")
    assert [label.name for label in labels] == [f"a{n}" for n in range(8)]
    assert line.endswith("; not a8, a9; choose with --labels")
    assert len(choose_labels(images, {}, [f"a{n}" for n in range(10)], "faces")[0]) == 10


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bread", r"unknown label of cats 'bread' \(did you mean breed\?\); allowed: breed, age"),
        ("age", "age cannot be a label: it has 60 different numbers, of 50 at most; put them"),
        ("same", "same cannot be a label: every image that has it has the value 'cat'"),
        ("note", "note cannot be a label: it has 300 different values, of 200 at most"),
        ("source", "source cannot be a label: a label cannot be named 'source'; allowed: letters"),
    ],
)
def test_other_columns_are_refused_when_asked_for(name, message):
    images = table(
        breed=["tabby", "siamese"] * 150,
        age=[str(n % 60) for n in range(300)],
        same=["cat"] * 300,
        note=[f"note {n}" for n in range(300)],
        source=["web", "own"] * 150,
    )
    with pytest.raises(InvalidInput, match=message):
        choose_labels(images, {}, [name], "cats")


def test_values_select_images_as_tags_do():
    images = table(breed=["tabby", "Siamese", "tabby"], coat=["short", "short", "long"])
    assert select(images, ["breed"], "any", exclude=["breed=siamese"]).rows == [0, 2]
    assert select(images, ["breed"], "any", require=["coat=short", "breed=Tabby"]).rows == [0]
