"""Sweeps: a run for every combination of option values, each in a process of its own."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

from kerasgan.runs import directory
from kerasgan.utils import files, progress
from kerasgan.utils.errors import Interrupted, InvalidInput

log = logging.getLogger(__name__)

_PLAN_FILE = "sweep.json"
_SIGNALS = (130, 143)


class Planned(NamedTuple):
    """A run of a sweep.

    setting: what it is called by, such as "sigma 0.5"; runs that differ in the seed share it.
    words: what follows `kerasgan train`: the model and its options.
    """

    setting: str
    seed: int
    words: tuple[str, ...]

    @property
    def folder(self) -> str:
        return f"{self.setting or 'run'}-seed{self.seed}".replace(" ", "_").replace("/", "_")


def parse(vary: str, arity: Callable[[str], int]) -> list[dict[str, tuple[str, ...]]]:
    """The settings of `--vary NAME[,NAME...]=VALUE,VALUE...`, {option: its words}.

    A colon joins the parts of one value: `loss-weights=1:.1:.1,1:.3:.35`, and the values of options
    that vary together: `cycle-weight,d-ratio=10:2,10:1,5:1`.

    Args:
        arity: how many words an option takes; refuses an unknown one.

    Raises:
        InvalidInput: if a value has not the parts that the options take.
    """
    names, equals, values = vary.partition("=")
    options = [name.strip().replace("_", "-") for name in names.split(",")]
    if not equals or not values or not all(options):
        raise InvalidInput(
            f"--vary {vary!r} is not of the form NAME=VALUE,VALUE or A,B=A1:B1,A2:B2"
        )
    arities = [arity(option) for option in options]
    settings = []
    for value in values.split(","):
        parts = [part.strip() for part in value.split(":")]
        if len(parts) != sum(arities) or not all(parts):
            raise InvalidInput(
                f"--vary {vary!r}: {value!r} has {len(parts)} parts; {', '.join(options)} "
                f"take {sum(arities)}, joined by colons"
            )
        words = iter(parts)
        settings.append(
            {
                option: tuple(next(words) for _ in range(count))
                for option, count in zip(options, arities, strict=True)
            }
        )
    return settings


def plan(
    model: str,
    options: Sequence[str],
    varied: Sequence[list[dict[str, tuple[str, ...]]]],
    seeds: int,
) -> list[Planned]:
    """The runs of all combinations of what varies, and of the seeds 0, 1, ...

    Args:
        options: what follows `kerasgan train MODEL` in every run.
    """
    planned = []
    for combination in product(*varied):
        chosen = {option: words for setting in combination for option, words in setting.items()}
        setting = " ".join(f"{option} {':'.join(words)}" for option, words in chosen.items())
        words = [word for option, parts in chosen.items() for word in _words(option, parts)]
        planned += [
            Planned(setting, seed, (model, *options, *words, "--seed", str(seed)))
            for seed in range(seeds)
        ]
    return planned


def _words(option: str, parts: tuple[str, ...]) -> list[str]:
    # A flag is on or off.
    if parts in (("true",), ("on",)):
        return [f"--{option}"]
    return [] if parts in (("false",), ("off",)) else [f"--{option}", *parts]


def carry_out(
    planned: Sequence[Planned], folder: Path, jobs: int = 1, evaluate: int | None = None
) -> dict[Planned, str]:
    """Train what is not trained yet, each run in `folder` under its own name.

    Called again, with the same plan, it goes on where it was stopped or killed. A run that fails
    leaves what it has, and the others go on; what each said is in its `.log`.

    Args:
        jobs: how many runs are trained at once.
        evaluate: how many images each run is evaluated on; None for no evaluation.

    Returns:
        {run: "done", or how it ended and the last line of its log}.

    Raises:
        InvalidInput: if the folder holds something else.
        Interrupted: if a signal ended a run; the others were stopped by it too.
    """
    _claim(folder, {"runs": [list(run) for run in planned]})
    processes: set[subprocess.Popen] = set()

    def train(run: Planned) -> str:
        path, said = folder / run.folder, folder / f"{run.folder}.log"
        words = ["train", *run.words, "--out", str(path)]
        if (path / directory.CONFIG_FILE).exists():
            words = ["resume", str(path)]
        end = _kerasgan(words, said, processes)
        if end == "done" and evaluate and not (path / directory.EVALUATION_FILE).exists():
            end = _kerasgan(["evaluate", "--run", str(path), "--n", str(evaluate)], said, processes)
        return end

    with ThreadPoolExecutor(jobs) as pool:
        try:
            ends = list(progress.bar(pool.map(train, planned), desc="sweep", total=len(planned)))
        except BaseException as error:
            # Ctrl-C reaches every process by itself.
            for process in processes if isinstance(error, SystemExit) else ():
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise
    return dict(zip(planned, ends, strict=True))


def _kerasgan(words: Sequence[str], said: Path, processes: set[subprocess.Popen]) -> str:
    command = [sys.executable, "-m", "kerasgan", *words]
    with said.open("a") as log_file:
        process = subprocess.Popen(command, stdout=log_file, stderr=log_file)
        processes.add(process)
        code = process.wait()
        processes.remove(process)
    if code in _SIGNALS:
        raise Interrupted("stopped; the same command goes on", code - 128)
    lines = said.read_text(errors="replace").split("\n")
    return "done" if code == 0 else f"exit code {code}: {lines[-2:][0]}"


def _claim(folder: Path, definition: Mapping) -> None:
    file = folder / _PLAN_FILE
    if file.is_file():
        if json.loads(file.read_text()) != json.loads(json.dumps(definition)):
            raise InvalidInput(f"{folder} holds another sweep; name a new folder with --out")
        return
    files.check_vacant(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files.write(file, json.dumps(definition, indent=2) + "\n")
