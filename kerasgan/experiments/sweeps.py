"""Sweeps: one run for each combination of option values, each in its own process."""

import json
import logging
import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

from kerasgan.runs import directory, home
from kerasgan.utils import files, progress
from kerasgan.utils.errors import Interrupted, InvalidInput
from kerasgan.utils.processes import STOP_SIGNALS

log = logging.getLogger(__name__)

_PLAN_FILE = "sweep.json"
_MOST_RUNS = 10_000
# A run whose sweep was killed stops after a checkpoint, and gives its lock back.
_MAIN = """
from kerasgan.utils import processes
processes.end_with_parent({})
from kerasgan.__main__ import main
main()
"""


class Planned(NamedTuple):
    """A run of a sweep.

    setting: its name, such as "sigma 0.5"; runs that differ only in the seed share it.
    words: the arguments of `kerasgan train`: the model and its options.
    """

    setting: str
    seed: int
    words: tuple[str, ...]

    @property
    def folder(self) -> str:
        return f"{self.setting or 'run'}-seed{self.seed}".replace(" ", "_").replace("/", "_")


def parse(vary: str, arity: Callable[[str], int | None]) -> tuple[str, list[str]]:
    """The option and the values of `--vary NAME=VALUE,VALUE...`.

    The words of a value are separated by spaces: "loss-weights=1 .1 .1,1 .3 .35".

    Args:
        arity: number of words that an option takes, None for any; raises InvalidInput for an
            unknown one.

    Raises:
        InvalidInput: if the text has another form, or a value another number of words.
    """
    name, _, text = vary.partition("=")
    option = name.strip().replace("_", "-")
    if not option or not text:
        raise InvalidInput(f"--vary must be of the form NAME=VALUE,VALUE, got {vary!r}")
    parts = arity(option)
    values = [value.strip() for value in text.split(",")]
    for value in values:
        if not value or parts not in (None, len(value.split())):
            words = "words" if parts is None else f"{parts} word{'s' * (parts > 1)}"
            raise InvalidInput(f"each value of --vary {option} must have {words}, got {value!r}")
    return option, values


def plan(
    model: str, options: Sequence[str], varied: Mapping[str, Sequence[str]], seeds: int
) -> list[Planned]:
    """The runs of all combinations of the varied options, each with the seeds 0, 1, ...

    Args:
        options: arguments of `kerasgan train MODEL` that all runs share.
        varied: {option: its values}.

    Raises:
        InvalidInput: if there are more than 10,000 runs, or two would have one folder.
    """
    count = seeds * math.prod(map(len, varied.values()))
    if count > _MOST_RUNS:
        raise InvalidInput(f"a sweep has at most {_MOST_RUNS:,} runs, got {count:,}")
    planned = []
    for values in product(*varied.values()):
        chosen = dict(zip(varied, values, strict=True))
        setting = " ".join(f"{option} {value}" for option, value in chosen.items())
        words = [word for option, value in chosen.items() for word in _words(option, value)]
        planned += [
            Planned(setting, seed, (model, *options, *words, "--seed", str(seed)))
            for seed in range(seeds)
        ]
    folders: dict[str, Planned] = {}
    for run in planned:
        if (other := folders.setdefault(run.folder, run)) is not run:
            raise InvalidInput(
                f"two runs of the sweep would have the folder {run.folder}: {other.setting} and "
                f"{run.setting}; each value must be given once"
            )
    return planned


def _words(option: str, value: str) -> list[str]:
    # A flag is on or off.
    if value in ("true", "on"):
        return [f"--{option}"]
    return [] if value in ("false", "off") else [f"--{option}", *value.split()]


def carry_out(
    planned: Sequence[Planned], folder: Path, jobs: int = 1, evaluate: Sequence[str] = ()
) -> dict[Planned, str]:
    """Train the runs of a plan, each in a folder of its own name within `folder`.

    Another call with the same plan continues a sweep that was stopped or killed. If a run fails,
    its files stay and the others continue; the output of each is in its `.log`.

    Args:
        jobs: number of runs that are trained at once.
        evaluate: options of `kerasgan evaluate`; empty for no evaluation.

    Returns:
        {run: "done", or its exit code and the last line of its log}.

    Raises:
        InvalidInput: if the folder is that of another sweep, or is not empty.
        Interrupted: if a signal ended a run; it has stopped the others, too.
    """
    _claim(folder, {"runs": [list(run) for run in planned]})
    processes: set[subprocess.Popen] = set()

    def train(run: Planned) -> str:
        return _train(run, folder, evaluate, processes)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            ends = list(progress.bar(pool.map(train, planned), desc="sweep", total=len(planned)))
        except BaseException as error:
            # The terminal has sent Ctrl-C to every process.
            for process in processes if isinstance(error, SystemExit) else ():
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise
    return dict(zip(planned, ends, strict=True))


def _train(
    run: Planned, folder: Path, evaluate: Sequence[str], processes: set[subprocess.Popen]
) -> str:
    """Train or resume a run, then evaluate it unless that is done; how the last process ended."""
    path, log_path = folder / run.folder, folder / f"{run.folder}.log"
    words = ["train", *run.words, "--out", str(path)]
    if home.is_run(path):
        words = ["resume", str(path)]
    end = _kerasgan(words, log_path, processes)
    if end == "done" and evaluate and not (path / directory.EVALUATION_FILE).exists():
        words = ["evaluate", "--run", str(path), *evaluate]
        end = _kerasgan(words, log_path, processes)
    return end


def _kerasgan(words: Sequence[str], log_path: Path, processes: set[subprocess.Popen]) -> str:
    command = [sys.executable, "-c", _MAIN.format(os.getpid()), *words]
    with log_path.open("a") as log_file:
        process = subprocess.Popen(command, stdout=log_file, stderr=log_file)
        processes.add(process)
        code = process.wait()
        processes.remove(process)
    if code - 128 in STOP_SIGNALS:
        raise Interrupted("stopped; the same command continues the sweep", code - 128)
    lines = log_path.read_text(errors="replace").split("\n")
    return "done" if code == 0 else f"exit code {code}: {lines[-2:][0]}"


def _claim(folder: Path, definition: Mapping) -> None:
    file = folder / _PLAN_FILE
    if file.is_file():
        with files.named_if_damaged(file):
            found = json.loads(file.read_text())
        if found != json.loads(json.dumps(definition)):
            raise InvalidInput(f"{folder} holds another sweep; choose a new folder with --out")
        return
    files.check_vacant(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files.write(file, json.dumps(definition, indent=2) + "\n")
