import pytest

from kerasgan.labels import (
    EYES,
    HAIR,
    SampleRequest,
    Vocabulary,
    format_tag,
    parse_requests,
    parse_tag,
)
from kerasgan.utils.errors import InvalidInput


def test_the_vocabulary_of_the_reports():
    assert (len(HAIR), len(EYES)) == (12, 11)


@pytest.mark.parametrize("hair", HAIR)
@pytest.mark.parametrize("eyes", EYES)
def test_a_formatted_tag_is_parsed_back(hair, eyes):
    assert parse_tag(format_tag(hair, eyes)) == (hair, eyes)


def test_tags_ignore_case_and_spacing():
    assert parse_tag("  Aqua  HAIR red Eyes\r\n") == ("aqua", "red")


@pytest.mark.parametrize("text", ["", "blue hair", "red eyes", "blue hair red", "hair eyes", "a,b"])
def test_other_texts_are_no_tags(text):
    with pytest.raises(ValueError, match="COLOUR hair COLOUR eyes"):
        parse_tag(text)


def test_an_unknown_colour_is_named_with_the_known_ones():
    with pytest.raises(InvalidInput, match=r"unknown eyes colour 'mauve'; allowed: red, blue"):
        Vocabulary(eyes=("red", "blue")).index("eyes", "mauve")


def test_invalid_lines_of_a_list_are_reported_and_the_others_parsed():
    text = (
        "1,blue hair blue eyes\n\n2,si hair red eyes\nearly,red hair green eyes\n"
        "1,red hair red eyes\r\n3,Pink hair green eyes\n4,pink hair"
    )
    requests, problems = parse_requests(text, Vocabulary().indices)
    assert requests == [SampleRequest(1, "blue", "blue"), SampleRequest(3, "pink", "green")]
    assert [problem.split(":")[0] for problem in problems] == [
        "line 3",
        "line 4",
        "line 5",
        "line 7",
    ]
    assert "'si'" in problems[0]
    assert "'early" in problems[1]
    assert "used before" in problems[2]
