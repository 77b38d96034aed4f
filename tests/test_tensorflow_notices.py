"""The notices of TensorFlow's import, and that nothing else is lost with them."""

import os
import subprocess
import sys

import pytest

from kerasgan.utils import tensorflow_notices


def _fail():
    os.write(2, b"I0000 port.cc:153] oneDNN custom operations are on. You may\nfirst\n")
    with tensorflow_notices._without_notices():
        os.write(2, b"I0000 port.cc:153] oneDNN custom operations are on. You may\nsecond\n")
        raise ImportError


def test_other_lines_are_kept_even_after_an_error(capfd):
    with pytest.raises(ImportError):
        _fail()
    os.write(2, b"third\n")
    lines = capfd.readouterr().err.splitlines()
    assert lines[1:] == ["first", "second", "third"]
    assert "oneDNN" in lines[0]


@pytest.mark.slow
@pytest.mark.parametrize("close", ["", "2>&-"])
def test_importing_tensorflow_prints_nothing(close):
    command = f"{sys.executable} -c 'import kerasgan, tensorflow; print(tensorflow.nn)' {close}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert "module" in done.stdout
    assert done.stderr == ""
