"""The command line in separate processes, and the files of their runs."""

import csv
import inspect
import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import numpy as np


def kill_while_writing(step):
    """Let this process kill itself when half of a step's checkpoint is written."""
    savez = np.savez

    def write_half(path, **arrays):
        savez(path, **arrays)
        if f"step-{step:06d}" in str(path):
            os.truncate(path, os.path.getsize(path) // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    np.savez = write_half


# A command that kills itself while it writes the checkpoint of the step in its first argument.
KILLED = f"""
import os, signal, sys
import numpy as np
from kerasgan.commands import cli

{inspect.getsource(kill_while_writing)}
kill_while_writing(int(sys.argv[1]))
cli(sys.argv[2:])
"""


def start(*words, code="from kerasgan.commands import cli; cli()", **environment):
    command = [sys.executable, "-c", code, *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env={**os.environ, **environment}, **pipes)


def clusters(workers=2):
    """TF_CONFIG for each of several workers on this machine."""
    sockets = [socket.socket() for _ in range(workers)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    hosts = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return [
        json.dumps({"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}})
        for index in range(workers)
    ]


def finish(process, exit_code=0):
    out, err = process.communicate(timeout=300)
    assert process.returncode == exit_code, err
    return out + err


@contextmanager
def served(process):
    """The address that the command of a page prints; the process is killed in the end."""
    line = process.stdout.readline()
    address = re.fullmatch(
        r"page: (http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}) \(Ctrl-C ends it\)\n", line
    )
    if address is None:
        finish(process)
    try:
        yield address[1]
    finally:
        process.kill()
        process.communicate()


def arrays(run, step):
    with np.load(run / "checkpoints" / f"step-{step:06d}.npz") as file:
        return {key: file[key] for key in file.files if key != "run.json"}


def rows(run):
    with (run / "metrics.csv").open(newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
