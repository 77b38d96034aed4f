"""Kill trainings at random, resume them, and compare their last arrays with uninterrupted ones.

python -m tests.kills -n 300
"""

import csv
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import click

from tests.conftest import tiny_options
from tests.processes import KILLED, arrays, finish, start

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


def kill_writing(words: list, step: int) -> None:
    """Run a command that kills itself halfway through the checkpoint of a step."""
    finish(start(step, *words, code=KILLED), exit_code=-signal.SIGKILL)


def kill_anywhere(words: list, metrics: Path, after: float) -> bool:
    """Kill a command some seconds after its first new row; whether it had not ended before."""
    process = start(*words)
    known = metrics.stat().st_size if metrics.exists() else 0
    while process.poll() is None and not (metrics.exists() and metrics.stat().st_size > known):
        time.sleep(0.01)
    time.sleep(after)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def differences(run: Path, expected: dict) -> list[str]:
    """Names of the arrays of the last checkpoint that differ in any byte."""
    found = arrays(run, STEPS)
    same = {key for key in expected if expected[key].tobytes() == found[key].tobytes()}
    return sorted((expected.keys() | found.keys()) - same)


def newest(run: Path) -> int:
    names = (run / "checkpoints").glob("step-*.npz")
    return max((int(path.stem.removeprefix("step-")) for path in names), default=0)


def interrupted(run: Path, words: list, seconds: float, draw: random.Random, most: int) -> int:
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
            kill_writing(words, draw.choice(upcoming))
            kills += 1
        else:
            kills += kill_anywhere(words, run / "metrics.csv", draw.uniform(0, seconds))
        if newest(run) == STEPS:
            return kills
        words = ["resume", run]
    finish(start(*words))
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
        straight = {}
        while kills < count:
            model = draw.choice(list(MODELS))
            words = ["train", model, *options(model), "--out"]
            if model not in straight:
                finish(start(*words, home / model))
                straight[model] = arrays(home / model, STEPS)
            run, seconds = home / f"{model}-{kills}", duration(home / model)
            kills += interrupted(run, [*words, run], seconds, draw, min(4, count - kills))
            wrong += [(run.name, key) for key in differences(run, straight[model])]
            click.echo(f"{kills} kills, {len(wrong)} differences")
    click.echo(f"{kills} kills of {', '.join(straight)}: {len(wrong)} differences {wrong[:5]}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
