"""Messages on standard error: how many there are, and in which colours."""

import logging
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from kerasgan.utils import progress

_WARN = (
    "import logging; from kerasgan.commands import messages; messages.set_up(logging.INFO);"
    "logging.getLogger('kerasgan').warning('beware')"
)


@pytest.fixture(autouse=True)
def level(caplog):
    """The command sets a level, which other tests shall not have."""
    caplog.set_level(logging.NOTSET, logger="kerasgan")


def said(*words, at_terminal, **environment):
    """The text that a process writes to standard error, a terminal or a pipe."""
    reader, writer = pty.openpty() if at_terminal else os.pipe()
    environment = {**os.environ, **environment}
    process = subprocess.Popen([sys.executable, *words], stderr=writer, env=environment)
    os.close(writer)
    parts = []
    # Read at once, as a terminal holds little; it ends with an error rather than with nothing.
    with os.fdopen(reader, "rb") as file, suppress(OSError):
        while part := file.read1():
            parts.append(part)
    process.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("words", "text", "colour"),
    [
        (["-m", "kerasgan", "trian"], "Error: unknown command 'trian' (did you mean train?)", 31),
        (["-c", _WARN], "WARNING: beware", 33),
    ],
)
def test_errors_are_red_and_warnings_yellow_on_terminals_only(words, text, colour, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert said(*words, at_terminal=True).startswith(f"\x1b[{colour}m{text}")
    assert said(*words, at_terminal=False).startswith(text)
    assert said(*words, at_terminal=True, NO_COLOR="1").startswith(text)
    # Empty is unset: https://no-color.org
    assert said(*words, at_terminal=True, NO_COLOR="").startswith(f"\x1b[{colour}m{text}")


@pytest.mark.parametrize(
    ("at_terminal", "environment", "is_plain"),
    [(True, {"NO_COLOR": ""}, False), (True, {"NO_COLOR": "1"}, True), (False, {}, True)],
)
def test_help_and_tables_have_no_escape_sequences_where_they_are_not_wanted(
    at_terminal, environment, is_plain
):
    show = (
        "import sys; sys.stdout = sys.stderr; from kerasgan.commands import cli, messages;"
        "messages.table(['head'], [['[red]cell']]); cli(['train', 'gan', '--help'])"
    )
    text = said("-c", show, at_terminal=at_terminal, **environment)
    assert ("\x1b" not in text) == is_plain
    assert "[red]cell" in text


def test_quiet_says_results_only(kerasgan, caplog):
    words = ("data", "render", "--count", 65, "--image-size", 8)
    assert "Drawing" in kerasgan(*words, "loud").output
    done = kerasgan("--quiet", *words, "quiet")
    assert done.output == "drew 65 faces: quiet\n"
    assert "wrote" not in caplog.text
    kerasgan("--verbose", "data", "render", "verbose", "--count", 1)
    assert "wrote verbose" in caplog.text


@pytest.mark.parametrize(
    ("level", "is_shown"),
    [(logging.NOTSET, False), (logging.WARNING, False), (logging.INFO, True)],
)
def test_a_program_of_ones_own_sees_bars_if_it_asks_for_information(level, is_shown, capsys):
    logging.getLogger("kerasgan").setLevel(level)
    progress.bar(range(3)).close()
    assert ("3" in capsys.readouterr().err) == is_shown


def test_quiet_and_verbose_exclude_one_another(kerasgan):
    done = kerasgan("--quiet", "--verbose", "runs")
    assert (done.exit_code, done.output) == (
        2,
        "Error: --quiet and --verbose exclude one another\n",
    )


def _is_imported(package, processes):
    paths = (file.path for process in processes for file in process.memory_maps())
    return any(f"/{package}/" in path for path in paths)


def test_ctrl_c_is_one_line_though_several_processes_draw(tmp_path):
    """A terminal interrupts all of them, here while those that draw import what they need."""
    words = ["data", "render", "faces", "--count", "9999", "--image-size", "8"]
    process = subprocess.Popen(
        [sys.executable, "-m", "kerasgan", *words], stderr=subprocess.PIPE, start_new_session=True
    )
    while not _is_imported("numpy", psutil.Process(process.pid).children()):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said.endswith(b"interrupted\n")
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_shows_no_traceback_while_the_command_is_imported(tmp_path):
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    done = subprocess.run(
        [sys.executable, "-m", "kerasgan"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (130, b"")


def test_ctrl_c_has_an_exit_code_of_its_own(kerasgan, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("kerasgan.runs.home.folder", interrupted)
    done = kerasgan("runs")
    assert (done.exit_code, done.output) == (130, "interrupted\n")
