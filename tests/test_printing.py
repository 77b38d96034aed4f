"""Names from files reach the terminal without control characters."""

import ast
import json
import logging
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import kerasgan as package
from kerasgan.commands import messages
from kerasgan.utils import progress
from kerasgan.utils.printing import LONGEST_NAME, printable, printable_lines

EVIL = "\x1b]0;pwn\x07\x1b[31m\x9b2J\u202egnp.\r"


def is_harmless(text, allowed="\n\t"):
    return all(
        unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        and unicodedata.bidirectional(character)
        not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for character in text
        if character not in allowed
    )


@given(st.text(st.characters(categories=None) | st.sampled_from(EVIL + "\n\t\u2066\udc80")))
def test_no_text_keeps_control_characters(text):
    assert is_harmless(printable(text), allowed="")
    assert is_harmless(printable_lines(text))
    printable(text, None).encode()


def test_other_text_stays_as_it_is():
    text = "Müller's 画像 (2) \N{GRINNING FACE} ألف.png"
    assert printable(text) == text
    assert printable_lines(f"a\tb\n{text}\n") == f"a\tb\n{text}\n"
    assert printable("\x1b[31m\u202e\udc80\n") == r"\x1b[31m\u202e\udc80\n"


def test_long_names_are_shortened_in_the_middle():
    shown = printable("a" * 10**6 + " is not an image")
    assert len(shown) < LONGEST_NAME + 40
    assert "...(1,000,016 characters)..." in shown
    assert shown.endswith(" is not an image")


def test_tables_keep_a_line_for_each_row(capsys):
    messages.table(["a\x1b", "b"], [["c\nd", "e"], ["", "f" * 500]])
    assert capsys.readouterr().out.splitlines() == [
        "a\\x1b  b",
        "c\\nd   e",
        "       " + "f" * 500,
    ]


def test_markup_of_rich_is_printed_literally(capsys):
    messages.table(["[red]a[/red]"], [["[link=x]b[/] :smile:"]])
    messages.notify("[red]c[/]", "red")
    messages.echo("[red]d")
    record = logging.LogRecord("kerasgan.x", logging.WARNING, "", 0, "[bold]e", (), None)
    messages._Handler().emit(record)
    shown = capsys.readouterr()
    assert shown.out == "[red]a[/red]\n[link=x]b[/] :smile:\n[red]d\n"
    assert shown.err == "[red]c[/]\n[bold]e\n"


def test_bars_have_no_control_characters(capsys):
    progress.bar(range(3), desc=f"Checking {EVIL}").close()
    assert "\x1b]" not in capsys.readouterr().err


def test_what_is_logged_has_none_and_is_one_line(capsys):
    record = logging.LogRecord(
        "kerasgan.x", logging.WARNING, "", 0, "left out %s", (EVIL + "\n",), None
    )
    messages._Handler().emit(record)
    assert is_harmless(capsys.readouterr().err.removesuffix("\n"), allowed="")


@pytest.fixture
def hostile():
    """A folder of images whose names and label file are hostile, one of them broken."""
    folder = Path("data\x1b[31m")
    (folder / f"class{EVIL}").mkdir(parents=True)
    for name in ("a.png", f"{EVIL}.png", "new\nline.png"):
        (folder / name).write_bytes(b"broken")
        Image.new("RGB", (16, 16), "red").save(folder / f"class{EVIL}" / name)
    return folder


@pytest.mark.parametrize(
    "options",
    [(), *(pytest.param((word,), marks=pytest.mark.slow) for word in ("--debug", "--verbose"))],
)
def test_no_command_prints_them(kerasgan, hostile, options):
    for words in (
        ("data", "check", hostile),
        ("data", "check", "absent" + EVIL),
        ("train", "gan", "--data", hostile, "--steps", 1, "--strict"),
        ("translate", hostile, "--to", "b", "--out", "o" + EVIL),
        ("sample", "--run", EVIL),
        ("sample", "--hair", EVIL, "--eyes", "red"),
        ("runs", "delete", EVIL),
        ("report", EVIL, "--html", "x.html"),
    ):
        done = kerasgan(*options, *words)
        assert done.exit_code != 0
        # Bars return to the beginning of their line.
        assert is_harmless(done.output, allowed="\n\t\r"), done.output
        assert "gnp.\r" not in done.output


def test_labels_and_their_names_are_printed_without_them_and_shortened(kerasgan, hostile):
    long = "x" * 10**6
    rows = [
        {"file_name": name, "hair": EVIL, "tags": [f"{EVIL} hair", long]} for name in (long, EVIL)
    ]
    (hostile / "tags.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = kerasgan("data", "check", hostile)
    assert is_harmless(done.output)
    assert max(map(len, done.output.splitlines())) < 5000
    assert "characters)..." in done.output


def test_runs_with_such_names_are_listed_without_them(kerasgan):
    folder = Path("runs") / f"0001-[red]{EVIL}"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model": "\\u001b[31m"}')
    done = kerasgan("runs")
    assert (done.exit_code, is_harmless(done.output)) == (1, True)
    assert r"[red]\x1b]0;pwn" in done.output


def test_commands_print_through_messages_alone():
    printers = ("click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write")
    printers += ("console.print", "_console().print", "rich.print")
    found = {
        file.name
        for file in Path(package.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in printers
    }
    assert found == {"messages.py"}
