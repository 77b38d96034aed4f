import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasgan.datasets import colours
from kerasgan.datasets.colours import EYES, HAIR
from kerasgan.datasets.layouts import LAYOUTS
from kerasgan.datasets.layouts.base import AnnotatedImage
from kerasgan.datasets.layouts.columns import annotate
from kerasgan.datasets.layouts.folder import numbered_lines
from kerasgan.datasets.layouts.label_file import LabelFileLayout
from kerasgan.datasets.layouts.table import write_table
from kerasgan.datasets.layouts.tags import normalize, split_tags


def parse(content):
    """(The layouts that recognize a label file, its labels by the first one or None)."""
    lines = numbered_lines(content)
    fitting = [
        layout
        for layout in LAYOUTS
        if isinstance(layout, LabelFileLayout) and lines and layout.recognizes(lines)
    ]
    return [layout.name for layout in fitting], fitting[0].parse(lines) if fitting else None


TAG_LINES = ["course-2018", "course-2017"]


def read(content):
    if isinstance(content, str):
        content = content.encode()
    names, found = parse(content)
    assert names in (TAG_LINES, ["table"], ["celeba"])
    return found.rows


def tags(content):
    return {row.name: row.tags for row in read(content)}


def values(content):
    return {row.name: {k: v for k, v in row.values.items() if v} for row in read(content)}


def test_the_course_of_2018():
    assert tags("0,aqua hair red eyes\n1,black hair blue eyes\n") == {
        "0": ("aqua hair", "red eyes"),
        "1": ("black hair", "blue eyes"),
    }


def test_the_course_of_2017():
    line = "2,original:25774\tblonde hair:25457\tdoll:1040\tpink eyes:3896\ttagme:13190\t\n"
    assert tags(f"0,touhou:9\tchen:5\t\n{line}") == {
        "0": ("touhou", "chen"),
        "2": ("original", "blonde hair", "doll", "pink eyes", "tagme"),
    }


def test_words_without_tabs_are_colours_and_what_lies_between():
    assert tags("0,\n3,blonde hair long hair purple eyes polychromatic \n") == {
        "0": (),
        "3": ("blonde hair", "long hair", "purple eyes", "polychromatic"),
    }


@pytest.mark.parametrize(
    "content",
    [
        b"0,red hair blue eyes\r\n1,aqua hair red eyes\r\n",
        b"\xef\xbb\xbf0,red hair blue eyes\n1,aqua hair red eyes",
        "0,red hair blue eyes\n\n   \n1,aqua hair red eyes\n\n".encode("utf-16"),
        b'"0","red hair blue eyes"\n"1","aqua hair red eyes"\n',
        b"0,RED  hair BLUE eyes\r1 ,  aqua hair\tred eyes",
        b"file_name,hair,eyes\n0,red,blue\n1,aqua,red\n",
        b"id;eyes;hair\n0;blue;red\n1;red;aqua\n",
        b"hair\tfilename\teyes\nred\t0\tblue\naqua\t1\tred\n",
        b'{"file_name": "0", "hair": "red", "eyes": ["blue"]}\n{"file_name": 1, "tags": '
        b'"aqua hair; red eyes"}\n',
    ],
    ids=["crlf", "mark", "utf-16", "quotes", "cr", "csv", "semicolons", "tsv", "jsonl"],
)
def test_encodings_line_ends_and_separators_change_nothing(content):
    assert values(content) == {
        "0": {"hair": ("red",), "eyes": ("blue",)},
        "1": {"hair": ("aqua",), "eyes": ("red",)},
    }


def test_names_in_windows_1252():
    assert tags("Zoë.png,red hair blue eyes\n".encode("cp1252")).keys() == {"Zoë.png"}


def test_a_table_s_columns():
    table = """file_name,Hair Color,smiling,tags,age,indoors,empty
        a.png,Dark Blue;red,1,long hair;polychromatic,20.0,TRUE,
        b.png,,0,,-1.0,,
    """
    assert values(table) == {
        "a.png": {
            "Hair_Color": ("Dark Blue", "red"),
            "smiling": ("yes",),
            "age": ("20",),
            "indoors": ("yes",),
        },
        "b.png": {"smiling": ("no",), "age": ("-1",)},
    }
    assert tags(table) == {
        "a.png": ("smiling", "indoors", "long hair", "polychromatic"),
        "b.png": (),
    }


def test_colours_in_a_column_of_tags_are_labels_where_no_column_has_them():
    table = "file_name,tags,eyes\n0,grey hair blue eyes,red\n1,,blue\n"
    assert values(table) == {
        "0": {"hair": ("gray",), "eyes": ("red",)},
        "1": {"eyes": ("blue",)},
    }


def test_lines_of_json():
    lines = (
        '{"file_name": "0", "indoors": true, "breed": ["tabby"], "box": {"x": 1}, "n": 3}\n'
        '{"file_name": "1", "indoors": false, "breed": null, "n": 4}\n'
    )
    assert values(lines) == {
        "0": {"indoors": ("yes",), "breed": ("tabby",), "n": ("3",)},
        "1": {"indoors": ("no",), "n": ("4",)},
    }


def test_celeba():
    text = "2\r\nBlack_Hair Blond_Hair Male\r\n000001.jpg -1  1 -1\r\n000002.jpg  1 -1  1\r\n"
    names, found = parse(text.encode())
    assert (names, found.problems) == (["celeba"], [])
    assert [row.values for row in found.rows] == [
        {"Black_Hair": ("no",), "Blond_Hair": ("yes",), "Male": ("no",)},
        {"Black_Hair": ("yes",), "Blond_Hair": ("no",), "Male": ("yes",)},
    ]
    assert [row.tags for row in found.rows] == [("blond hair",), ("black hair", "male")]


@pytest.mark.parametrize(
    ("content", "problem", "count"),
    [
        ("0,red hair red eyes\nred eyes\n2,red hair red eyes", "line 2: 'red eyes' is not", 2),
        ("file_name,hair\na,red\nb,red,blue\nc,blue,,\n", "line 3: 3 cells, but the header", 2),
        ('file_name,hair\na,"red\nb,blue\n', "line 2: .*unclosed", 1),
        ("file_name,hair\na,red\n,blue\n", "line 3: names no image", 1),
        ('{"id": 1}\n{"id": 2\n[3]\n', "line 2: Expecting", 1),
        ('{"id": 1}\n[3]\n', r"line 2: '\[3\]' is not a JSON object", 1),
        ("3\nMale Young\n1.jpg 1 1\n2.jpg 1\n", "line 1: announces 3 lines, and 2 follow", 1),
        ("1\nMale Young\n1.jpg 1 2\n", "line 3: .* must have 1 or -1 for each of 2", 0),
    ],
)
def test_bad_lines_are_named_and_spoil_no_other(content, problem, count):
    _, found = parse(content.encode())
    assert len(found.rows) == count
    (first, *_) = found.problems
    assert re.search(problem, first)


@pytest.mark.parametrize("content", ["", "\n\n", "hello\nworld\n", "name,note\n", "1,2\n3,4\n"])
def test_other_files_are_not_label_files(content):
    _, found = parse(content.encode())
    assert found is None or found.rows == []


def test_prose_that_speaks_of_hair_is_not_a_label_file():
    text = "These faces have blue hair red eyes.\nOthers do not.\nAsk us.\n"
    assert parse(text.encode()) == ([], None)


_WORD = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=8)
_TAG = st.lists(_WORD, min_size=1, max_size=3).map(" ".join).map(normalize)
_TAG = _TAG.filter(lambda tag: tag and ";" not in tag and tag == normalize(tag))
_NAME = st.lists(_WORD, min_size=1, max_size=2).map(" ".join)


@given(st.binary(max_size=300))
def test_no_bytes_crash_a_parser(content):
    parse(content)


@given(
    st.sampled_from(["", "1\n", "id,hair,x\n", "0,red hair red eyes\n", '{"id": 1}\n']),
    st.lists(
        st.text(max_size=40) | st.sampled_from(["a,b,c", '{"id": [[]], "x": {}}', "x 1 -1"]),
        max_size=8,
    ),
)
def test_no_lines_crash_a_parser_and_none_is_lost(head, lines):
    content = (head + "\n".join(lines)).encode(errors="replace")
    names, found = parse(content)
    if names == TAG_LINES:
        told = [line for line in re.split(r"\r\n|\n|\r", content.decode()) if line.strip()]
        assert len(found.rows) + len(found.problems) == len(told)


_CELL = st.text(max_size=60) | st.booleans() | st.floats() | st.none() | st.lists(st.text())


@given(st.text(max_size=60), st.lists(_CELL, max_size=4))
def test_tags_are_spelled_in_one_way(column, cells):
    annotations = annotate([{column: cell, "tags": column} for cell in cells])
    for found in (split_tags(column), *(annotation.tags for annotation in annotations)):
        assert list(found) == [normalize(tag) for tag in dict.fromkeys(found)]


_LABELS = st.fixed_dictionaries(
    {},
    optional={
        "hair": st.sampled_from(HAIR).map(lambda colour: (colour,)),
        "eyes": st.lists(st.sampled_from(EYES), min_size=1, max_size=2, unique=True).map(tuple),
        "breed": st.sampled_from(["Tabby", "long haired"]).map(lambda value: (value,)),
    },
)


@given(
    st.dictionaries(
        _NAME,
        st.tuples(st.lists(_TAG, max_size=5).map(dict.fromkeys).map(tuple), _LABELS),
        max_size=6,
    )
)
def test_what_is_written_is_read_back_equal(images):
    images = [
        AnnotatedImage(name, tuple(tag for tag in tags if not colours.read([tag])), values)
        for name, (tags, values) in images.items()
    ]
    file = io.StringIO(newline="")
    write_table(images, file)
    names, found = parse(file.getvalue().encode())
    assert names == ["table"]
    assert found.problems == []
    for row, image in zip(found.rows, images, strict=True):
        found = {name: values for name, values in row.values.items() if values}
        assert (row.name, set(row.tags), found) == (image.name, set(image.tags), image.values)
