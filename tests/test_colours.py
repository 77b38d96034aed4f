"""The tag reader, and lists of images to generate."""

import pytest

from kerasgan.datasets import colours
from kerasgan.datasets.colours import COLOURS, EYES, HAIR
from kerasgan.inference.requests import SampleRequest, parse
from kerasgan.labels import LabelSchema

SCHEMA = LabelSchema.of(COLOURS)


def test_the_colours_of_the_reports():
    assert (len(HAIR), len(EYES)) == (12, 11)


@pytest.mark.parametrize("hair", HAIR)
@pytest.mark.parametrize("eyes", EYES)
def test_a_description_is_parsed_back(hair, eyes):
    assert colours.parse(colours.describe(hair, eyes)) == {"hair": hair, "eyes": eyes}


def test_descriptions_ignore_case_and_spacing():
    assert colours.parse("  Aqua  HAIR red Eyes\r\n") == {"hair": "aqua", "eyes": "red"}


@pytest.mark.parametrize("text", ["", "blue hair", "red eyes", "blue hair red", "hair eyes", "a,b"])
def test_other_texts_are_no_descriptions(text):
    with pytest.raises(ValueError, match="COLOUR hair COLOUR eyes"):
        colours.parse(text)


def test_invalid_lines_of_a_list_are_reported_and_the_others_parsed():
    text = (
        "1,blue hair blue eyes\n\n2,si hair red eyes\nearly,red hair green eyes\n"
        "1,red hair red eyes\r\n3,Pink hair green eyes\n4,pink hair\n5,hair=red\n6,hiar=red"
    )
    requests, problems = parse(text, SCHEMA.choice)
    assert requests == [
        SampleRequest(1, {"hair": "blue", "eyes": "blue"}),
        SampleRequest(3, {"hair": "pink", "eyes": "green"}),
        SampleRequest(5, {"hair": "red"}),
    ]
    lines = [problem.split(":")[0] for problem in problems]
    assert lines == ["line 3", "line 4", "line 5", "line 7", "line 9"]
    assert "'si'" in problems[0]
    assert "'early" in problems[1]
    assert "used before" in problems[2]
    assert "did you mean hair" in problems[4]
