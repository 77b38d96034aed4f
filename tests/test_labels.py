import json

import numpy as np
import pytest

from kerasgan.labels import (
    BINARY,
    MISSING,
    Label,
    LabelSchema,
    check_names,
    format_values,
    identifier,
    parse_values,
)
from kerasgan.labels.schema import MAX_COMBINATIONS
from kerasgan.utils.errors import InvalidInput

SCHEMA = LabelSchema.of({"breed": ("Siamese", "tabby", "Tabby"), "indoors": BINARY})


@pytest.mark.parametrize(
    ("text", "index"), [("Siamese", 0), ("siamese ", 0), ("tabby", 1), ("Tabby", 2)]
)
def test_values_ignore_case_where_that_is_unambiguous(text, index):
    assert SCHEMA.labels[0].index_of(text) == index


@pytest.mark.parametrize(
    ("text", "index"), [("1", 1), ("yes", 1), ("TRUE", 1), ("0", 0), ("-1", 0), ("No", 0)]
)
def test_a_binary_label_has_many_spellings(text, index):
    assert SCHEMA.labels[1].index_of(text) == index


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"breed": "tabbi"}, r"unknown breed value 'tabbi' \(did you mean tabby\?\); allowed: Sia"),
        ({"breed": "TABBY"}, "unknown breed value 'TABBY'"),
        ({"indoors": "maybe"}, "unknown indoors value 'maybe'.*; allowed: no, yes"),
        ({"bred": "tabby"}, r"unknown label 'bred' \(did you mean breed\?\); allowed: breed, ind"),
    ],
)
def test_an_unknown_label_or_value_is_answered_with_the_near_ones(values, message):
    with pytest.raises(InvalidInput, match=message):
        SCHEMA.choice(values)


def test_the_schema_of_images_has_the_combinations_that_occur():
    indices = np.array([[2, 1], [0, MISSING], [1, 0], [2, 1]])
    assert LabelSchema.of_images(SCHEMA.labels, indices).combinations == ((2, 1), (1, 0))
    many = np.stack(np.divmod(np.arange(2 * MAX_COMBINATIONS), 200), axis=1)
    labels = (Label("a", tuple(map(str, range(200)))), Label("b", tuple(map(str, range(200)))))
    assert len(LabelSchema.of_images(labels, many).combinations) == MAX_COMBINATIONS


def test_labels_are_one_hot_and_a_missing_one_is_zeros():
    one_hots = SCHEMA.one_hots(np.array([[1, 0], [MISSING, 1]]))
    np.testing.assert_array_equal(one_hots["breed"], [[0, 1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(one_hots["indoors"], [[1, 0], [0, 1]])


@pytest.mark.parametrize(
    ("name", "argument"),
    [("Male", "male"), ("class", "class_"), ("5_o_Clock_Shadow", "label_5_o_clock_shadow")],
)
def test_inputs_of_exported_models_are_identifiers(name, argument):
    assert Label(name, BINARY).argument == argument


def test_captions_name_binary_labels():
    assert SCHEMA.captions((0, 1)) == ["Siamese", "indoors"]
    assert SCHEMA.captions((MISSING, 0)) == ["no indoors"]


def test_labels_are_translated_by_name():
    other = LabelSchema.of({"indoors": BINARY, "breed": ("tabby", "Siamese", "persian")})
    indices = np.array([[1, 1], [0, MISSING]])
    np.testing.assert_array_equal(SCHEMA.translated(indices, other), [[1, 0], [MISSING, 1]])
    with pytest.raises(InvalidInput, match="unknown breed value 'Tabby'"):
        SCHEMA.translated(np.array([[2, 0]]), other)
    with pytest.raises(InvalidInput, match="unknown label 'coat'"):
        SCHEMA.translated(indices, LabelSchema.of({"coat": ("long", "short")}))


def test_a_combination_that_no_image_has_is_answered_with_the_near_ones():
    schema = LabelSchema.of({"a": ("x", "y"), "b": ("u", "v")}, [("x", "u"), ("y", "u")])
    assert schema.combination_index((1, 0)) == 1
    with pytest.raises(InvalidInput, match=r"no image has a=x, b=v; near combinations: a=x, b=u$"):
        schema.combination_index((0, 1))


def test_a_schema_survives_json():
    assert LabelSchema.from_json(json.loads(json.dumps(SCHEMA.to_json()))) == SCHEMA
    empty = LabelSchema()
    assert LabelSchema.from_json(json.loads(json.dumps(empty.to_json()))) == empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": [{"name": "a", "values": []}]}, "a label must have a name and different val"),
        ({"labels": [{"name": "a", "values": ["x", "x"]}]}, "different values"),
        ({"labels": [{"name": "a", "values": [1]}]}, "different values"),
        ({"labels": ["a"]}, "a label must have a name"),
        ({"labels": [{"name": "a b", "values": ["x"]}]}, "a label cannot be named 'a b'"),
        ({"combinations": [[0, 2]]}, "a combination must have an index of each of 2 labels"),
        ({"combinations": [[0]]}, "a combination must have an index"),
        ({"combinations": [[0, True]]}, "a combination must have an index"),
        ({"more": []}, "must have the fields labels, combinations; got"),
    ],
)
def test_an_impossible_schema_is_refused(change, message):
    fields = json.loads(json.dumps(SCHEMA.to_json()))
    with pytest.raises(ValueError, match=message):
        LabelSchema.from_json({**fields, **change})


@pytest.mark.parametrize(
    ("column", "name"),
    [("Hair Color", "Hair_Color"), ("5_o_Clock_Shadow", "5_o_Clock_Shadow"), (" a-b. ", "a_b")],
)
def test_names_of_columns_become_names_of_labels(column, name):
    assert identifier(column) == name


@pytest.mark.parametrize("name", ["", "größe", "a b", "Image_2", "noise", "a__b", "R1"])
def test_names_that_networks_and_logs_use_are_refused(name):
    with pytest.raises(InvalidInput, match="a label cannot be named"):
        check_names([name])


def test_two_labels_of_one_name_are_refused():
    with pytest.raises(InvalidInput, match="two labels are named 'Breed'"):
        check_names(["breed", "Breed"])


def test_values_as_text_are_parsed_back():
    values = {"breed": "long haired", "indoors": "no"}
    assert parse_values(format_values(values).split(",")) == values
    for texts in (["breed"], ["=tabby"], ["breed="]):
        with pytest.raises(InvalidInput, match="must be given as NAME=VALUE"):
            parse_values(texts)
    with pytest.raises(InvalidInput, match="the label breed must be given once"):
        parse_values(["breed=tabby", "breed=siamese"])
