"""The measurements of `scaling`; each runs in its own process.

`python -m benchmarks.scaled load FOLDER` loads the images of a folder. It prints the seconds that
this takes, and the seconds that the cache of prepared images takes as a part of it.
`python -m benchmarks.scaled steps CORES OPTIONS` trains on some cores, such as 0,1. It prints the
median seconds of a step. OPTIONS is a JSON object: the model as MODEL, and fields of its config.
Both also print the largest resident memory of the process in GiB.
"""

import json
import os
import resource
import statistics
import sys
import time
from typing import Any
from unittest import mock

_STEPS, _FIRST = 7, 2


def load(folder: str) -> dict[str, float]:
    """Load the images of a folder at 64 x 64 pixels."""
    from kerasgan import registry
    from kerasgan.datasets import cache, labelled

    prepare, opening = cache.prepare, []

    def timed(*arguments):
        start = time.perf_counter()
        prepared = prepare(*arguments)
        opening.append(time.perf_counter() - start)
        return prepared

    config = registry.config_class("r3gan")(data=folder, image_size=64)
    start = time.perf_counter()
    with mock.patch.object(cache, "prepare", timed):
        labelled.load(config)
    return {"seconds": time.perf_counter() - start, "opening": opening[0]}


def steps(cores: str, options: str) -> dict[str, float]:
    """Train for some steps, of which the first ones are left out."""
    os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    import keras
    import numpy as np

    from kerasgan import registry, tasks
    from kerasgan.training import precision, trainer, workers

    fields: dict[str, Any] = {"precision": precision.resolved("auto"), **json.loads(options)}
    config = registry.config_class(fields.pop("MODEL")).from_preset("quick", **fields)
    workers.strategy(config.strategy)
    data = tasks.of(config).random_data()
    model = trainer.build(config, data)
    ends: list[float] = []

    def note(batch: int, logs: Any = None) -> None:
        # Reading it waits for the step.
        np.asarray(model.step)
        ends.append(time.perf_counter())

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    model.fit_batches(tasks.of(config).batches(data, model), _FIRST + _STEPS, [callback])
    return {"seconds": statistics.median(np.diff(ends[_FIRST - 1 :]))}


def main(task: str, *arguments: str) -> None:
    answer = {"load": load, "steps": steps}[task](*arguments)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({**answer, "gibibytes": memory}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
