"""Kill trainings at random, resume them, and compare their last arrays with uninterrupted ones.

python -m tests.kills -n 300
"""

import csv
import multiprocessing
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import click

from tests.conftest import tiny_options
from tests.processes import arrays, kill_while_writing

STEPS, EVERY = 30, 4
MODELS = {
    "r3gan": {"ema_half_life": 40},
    "cyclegan": {"ema": 0.9, "pool_size": 5},
    "acgan": {"ema": 0.9},
}


def options(model: str) -> list[str]:
    changes = {"steps": STEPS, "checkpoint_every": EVERY, "log_every": 1, "sample_every": STEPS}
    return [*tiny_options(model, **changes, **MODELS[model]), "--deterministic"]


def duration(run: Path) -> float:
    """Seconds from the first row of metrics.csv to the last."""
    with (run / "metrics.csv").open(newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    return seconds[-1] - seconds[0]


def run_command(words: list, log: Path, killed_at: int | None) -> None:
    """Become `kerasgan WORDS`, which may kill itself while it writes a step's checkpoint."""
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for output in (1, 2):
        os.dup2(stream, output)
    if killed_at is not None:
        kill_while_writing(killed_at)
    from kerasgan.commands import cli

    cli([*map(str, words)])


class Forks:
    """Starts commands as forks of a process that has TensorFlow loaded, but not used.

    Args:
        log: a file for the output of the newest command.
    """

    def __init__(self, log: Path):
        self._log = log
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["kerasgan.training.trainer"])

    def start(self, words: list, killed_at: int | None = None):
        """A process that runs `kerasgan WORDS`."""
        process = self._context.Process(target=run_command, args=(words, self._log, killed_at))
        process.start()
        return process

    def finish(self, words: list, killed_at: int | None = None) -> None:
        """Run a command to its end, which must be the expected one."""
        process = self.start(words, killed_at)
        process.join()
        expected = 0 if killed_at is None else -signal.SIGKILL
        assert process.exitcode == expected, self._log.read_text()

    def kill_anywhere(self, words: list, metrics: Path, after: float) -> bool:
        """Kill a command some seconds after its first new row; whether it had not ended before."""
        process = self.start(words)
        known = metrics.stat().st_size if metrics.exists() else 0
        while process.is_alive() and not (metrics.exists() and metrics.stat().st_size > known):
            time.sleep(0.01)
        time.sleep(after)
        process.kill()
        process.join()
        return process.exitcode == -signal.SIGKILL


def differences(run: Path, expected: dict) -> list[str]:
    """Names of the arrays of the last checkpoint that differ in any byte."""
    found = arrays(run, STEPS)
    same = {key for key in expected if expected[key].tobytes() == found[key].tobytes()}
    return sorted((expected.keys() | found.keys()) - same)


def newest(run: Path) -> int:
    names = (run / "checkpoints").glob("step-*.npz")
    return max((int(path.stem.removeprefix("step-")) for path in names), default=0)


def interrupted(
    forks: Forks, run: Path, words: list, seconds: float, draw: random.Random, most: int
) -> int:
    """Train with up to `most` kills, in half of the cases while a checkpoint is written.

    Args:
        words: the command that starts the training.
        seconds: that the training takes.

    Returns:
        The number of kills.
    """
    kills = 0
    for _ in range(draw.randint(1, most)):
        upcoming = range(newest(run) // EVERY * EVERY + EVERY, STEPS, EVERY)
        if upcoming and draw.random() < 0.5:
            forks.finish(words, killed_at=draw.choice(upcoming))
            kills += 1
        else:
            kills += forks.kill_anywhere(words, run / "metrics.csv", draw.uniform(0, seconds))
        if newest(run) == STEPS:
            return kills
        words = ["resume", run]
    forks.finish(words)
    return kills


@click.command()
@click.option("-n", "count", default=300, show_default=True, help="Number of kills.")
@click.option("--seed", default=0, show_default=True)
def main(count: int, seed: int) -> None:
    """Exit with code 1 if an array differs."""
    draw, kills, wrong = random.Random(seed), 0, []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["KERASGAN_CACHE"] = str(home / "cache")
        forks, straight = Forks(home / "log"), {}
        while kills < count:
            model = draw.choice(list(MODELS))
            words = ["train", model, *options(model), "--out"]
            if model not in straight:
                forks.finish([*words, home / model])
                straight[model] = arrays(home / model, STEPS)
            run, seconds = home / f"{model}-{kills}", duration(home / model)
            kills += interrupted(forks, run, [*words, run], seconds, draw, min(4, count - kills))
            differing = differences(run, straight[model])
            wrong += differing
            click.echo(f"{kills} kills, {run.name}: {len(differing)} differences {differing[:5]}")
    click.echo(f"{kills} kills of {', '.join(straight)}: {len(wrong)} differences")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
