"""Time that a run takes beside its training steps, and growth of its memory.

python -m benchmarks.overhead [--steps 2000] trains `acgan --preset quick` with images of 32x32
pixels, whose steps are shorter than any other's, in a temporary folder. It prints the share of the
time between the first step and the last but one that was spent outside of steps (metrics, health,
progress bar; sheets and checkpoints come at the last), and the resident memory on the way.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import psutil

from kerasgan import registry
from kerasgan.models.base import AdversarialModel
from kerasgan.training import snapshots, trainer

_LOOKS = 10


class Watch:
    """Notes when each call of a function begins and ends, and now and then the memory.

    Args:
        calls: how many are expected.
    """

    def __init__(self, calls: int):
        self.begun: list[float] = []
        self.ended: list[float] = []
        self.gibibytes: dict[int, float] = {}
        self._every = max(calls // _LOOKS, 1)

    def over(self, function: Callable) -> Callable:
        def watched(*arguments):
            self.begun.append(time.perf_counter())
            result = function(*arguments)
            self.ended.append(time.perf_counter())
            if len(self.ended) % self._every == 0:
                memory = psutil.Process().memory_info().rss
                self.gibibytes[len(self.ended)] = memory / 2**30
            return result

        return watched

    def outside(self) -> float:
        """The share of the time between the first and the last begin that no call took."""
        calls = zip(self.begun[:-1], self.ended[:-1], strict=True)
        whole = self.begun[-1] - self.begun[0]
        return 1 - sum(end - begin for begin, end in calls) / whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000)
    steps = parser.parse_args().steps
    periods = {"sample_every": steps, "checkpoint_every": steps}
    acgan = registry.config_class("acgan")
    config = acgan.from_preset("quick", steps=steps, image_size=32, **periods)
    watch = Watch(steps)
    make = AdversarialModel.make_train_function

    def make_watched(model: AdversarialModel, force: bool = False) -> None:
        make(model, force)
        model.train_function = watch.over(model.train_function)

    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(AdversarialModel, "make_train_function", make_watched),
        mock.patch.object(snapshots.SampleSheet, "FIRST", ()),
    ):
        trainer.start(config, "quick", "benchmarks.overhead", Path(folder) / "run")
    print(f"{watch.outside():.2%} of the time of {steps} steps was spent outside of them")
    for step, gibibytes in watch.gibibytes.items():
        print(f"step {step}: {gibibytes:.3f} GiB")


if __name__ == "__main__":
    main()
