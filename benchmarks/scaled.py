"""What `scaling` measures, in processes of their own.

python -m benchmarks.scaled load FOLDER prints the seconds until the images of a folder can be
trained on, and those of them in which prepared images were opened or prepared.
python -m benchmarks.scaled steps CORES OPTIONS prints the median seconds of a training step on
these cores, such as 0,1. OPTIONS are of the config, as JSON, with the model as MODEL.
Each prints the GiB that the process had resident at most, too.
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
