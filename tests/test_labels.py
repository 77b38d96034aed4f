import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasgan.datasets.layouts import LAYOUTS
from kerasgan.datasets.layouts.folder import numbered_lines
from kerasgan.datasets.layouts.label_file import LabelFileLayout
from kerasgan.datasets.layouts.table import write_table
from kerasgan.datasets.layouts.tags import normalize, split_tags, tags_of_cell
from kerasgan.labels import EYES, HAIR, colours


def parse(content, columns=()):
    """(The layouts that recognize a label file, its labels by the first one or None)."""
    lines = numbered_lines(content)
    fitting = [
        layout
        for layout in LAYOUTS
        if isinstance(layout, LabelFileLayout) and lines and layout.recognizes(lines)
    ]
    return [layout.name for layout in fitting], fitting[0].parse(
        lines, columns
    ) if fitting else None


TAG_LINES = ["course-2018", "course-2017"]


def rows(content):
    if isinstance(content, str):
        content = content.encode()
    names, found = parse(content)
    assert names in (TAG_LINES, ["table"], ["celeba"])
    return {row.name: row.tags for row in found.rows}


def test_the_course_of_2018():
    assert rows("0,aqua hair red eyes\n1,black hair blue eyes\n") == {
        "0": ("aqua hair", "red eyes"),
        "1": ("black hair", "blue eyes"),
    }


def test_the_course_of_2017():
    line = "2,original:25774\tblonde hair:25457\tdoll:1040\tpink eyes:3896\ttagme:13190\t\n"
    assert rows(f"0,touhou:9\tchen:5\t\n{line}") == {
        "0": ("touhou", "chen"),
        "2": ("original", "blonde hair", "doll", "pink eyes", "tagme"),
    }


def test_words_without_tabs_are_colours_and_what_lies_between():
    assert rows("0,\n3,blonde hair long hair purple eyes polychromatic \n") == {
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
        b"id;eye_color;hair_colour\n0;blue eyes;red hair\n1;red;aqua\n",
        b"hair\tfilename\teyes\nred\t0\tblue\naqua\t1\tred\n",
        b'{"file_name": "0", "hair": "red", "eyes": ["blue"]}\n{"file_name": 1, "tags": '
        b'"aqua hair; red eyes"}\n',
    ],
    ids=["crlf", "mark", "utf-16", "quotes", "cr", "csv", "semicolons", "tsv", "jsonl"],
)
def test_encodings_line_ends_and_separators_change_nothing(content):
    found = {name: colours(tags) for name, tags in rows(content).items()}
    assert found == {"0": (("red",), ("blue",)), "1": (("aqua",), ("red",))}


def test_names_in_windows_1252():
    assert rows("Zoë.png,red hair blue eyes\n".encode("cp1252")).keys() == {"Zoë.png"}


def test_a_table_s_columns():
    table = """file_name,hair,eyes,smiling,other,age
        a.png,blue;red,,1,long hair;polychromatic,20
        b.png,,grey,0,,-1
    """
    assert rows(table) == {
        "a.png": ("blue hair", "red hair", "smiling", "long hair", "polychromatic", "age 20"),
        "b.png": ("grey eyes", "age -1"),
    }
    assert colours(rows(table)["b.png"]) == ((), ("gray",))


def test_chosen_columns_alone_give_tags():
    table = b"file_name,Black_Hair,Male,note\n0,1,0,x\n1,0,1,y\n"
    names, found = parse(table, columns=["black hair", "Male"])
    assert names == ["table"]
    assert [row.tags for row in found.rows] == [("black hair",), ("male",)]
    assert found.columns == ("Black_Hair", "Male", "note")


def test_celeba():
    text = "2\r\nBlack_Hair Blond_Hair Male\r\n000001.jpg -1  1 -1\r\n000002.jpg  1 -1  1\r\n"
    names, found = parse(text.encode())
    assert (names, found.problems) == (["celeba"], [])
    assert [row.tags for row in found.rows] == [("blond hair",), ("black hair", "male")]
    assert colours(found.rows[0].tags) == (("blonde",), ())


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
_COLOURS = st.sampled_from([f"{h} hair" for h in HAIR] + [f"{e} eyes" for e in EYES])
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


@given(st.text(max_size=60), st.text(max_size=60) | st.booleans() | st.floats() | st.none())
def test_tags_are_spelled_in_one_way(column, value):
    for tags in (split_tags(column), tags_of_cell(column, value)):
        assert list(tags) == [normalize(tag) for tag in dict.fromkeys(tags)]


@given(st.dictionaries(_NAME, st.lists(_TAG | _COLOURS, max_size=5).map(dict.fromkeys), max_size=6))
def test_what_is_written_is_read_back_equal(images):
    file = io.StringIO(newline="")
    write_table(images.items(), file)
    names, found = parse(file.getvalue().encode())
    assert names == ["table"]
    assert found.problems == []
    assert [row.name for row in found.rows] == list(images)
    for row, tags in zip(found.rows, images.values(), strict=True):
        assert set(row.tags) == set(tags)
        assert colours(row.tags) == colours(list(tags))
