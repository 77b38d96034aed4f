"""What a shell is told when a person presses the tabulator, as click's script for bash asks."""

import os
import subprocess
import sys

import pytest

from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, home
from tests.conftest import tiny_config


def completed(line):
    asked = {
        "_KERASGAN_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    command = [sys.executable, "-m", "kerasgan"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("kerasgan tr", ["plain,train", "plain,translate"]),
        ("kerasgan train cyc", ["plain,cyclegan"]),
        ("kerasgan train acgan --sig", ["plain,--sigma"]),
        ("kerasgan describe cyc", ["plain,cyclegan"]),
        ("kerasgan describe acgan --no-me", ["plain,--no-measure"]),
        ("kerasgan train acgan --preset ", ["plain,report", "plain,quick"]),
        ("kerasgan runs del", ["plain,delete"]),
        ("kerasgan resume some", ["dir,some"]),
    ],
)
def test_commands_models_and_options_are_completed(line, answer):
    assert completed(line) == answer


@pytest.mark.parametrize(
    "line", ["sample --run 00", "resume 0001-g", "runs delete 0001-x 00", "report 0"]
)
def test_runs_are_completed(line):
    directory.create(tiny_config("gan"), LabelSchema(), "0123", "report", "kerasgan", None)
    (name,) = (path.name for path in home.folder().iterdir())
    assert completed(f"kerasgan {line}") == [f"plain,{name}"]
