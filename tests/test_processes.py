"""Processes that end with the one that started them."""

import os
import signal
import subprocess
import sys
import time

import pytest

CHILD = """
import sys, time
from kerasgan.utils import processes
processes.end_with_parent(int(sys.argv[1]))
time.sleep(float(sys.argv[2]))
"""


def child(parent, seconds):
    return subprocess.Popen([sys.executable, "-c", CHILD, str(parent), str(seconds)])


@pytest.mark.parametrize(("is_gone", "code"), [(True, -signal.SIGTERM), (False, 0)])
def test_a_process_ends_with_its_parent_also_if_that_was_gone_before(is_gone, code):
    process = child(2**22 + 1 if is_gone else os.getpid(), 60 if is_gone else 2.5)
    began = time.monotonic()
    assert process.wait(timeout=50) == code
    assert is_gone or time.monotonic() - began >= 2.5
