"""The training steps that `train_step` compares, each in a process of its own.

python -m benchmarks.contender ours|keras|torch MODEL PRECISION answers each line of its input:
"step" with a training step's seconds, "work" with the step's GFLOP, "peak" with the GFLOP/s of
matrix products in this process, "memory" with the GiB that it took at most: of the GPU, if there is
one, else of those that were resident.
"""

import importlib
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from kerasgan import registry

SETTINGS = {
    "acgan": {"image_size": 96, "batch_size": 64, "share_fakes": True},
    "wgan-gp": {"image_size": 64, "batch_size": 64},
    "cyclegan": {"image_size": 128, "load_size": 128, "batch_size": 1, "blocks": 6},
}
# TensorFlow reads while it is imported what kerasgan sets; plain Keras shall have the defaults.
FIRST_IMPORTS = {"ours": "kerasgan", "keras": "keras", "torch": "torch"}
_SIDE = 4096


def first_batch(config, data) -> dict[str, np.ndarray]:
    """Real images [B, S, S, 3] and one-hot labels as arrays."""
    from kerasgan.datasets import unpaired
    from kerasgan.utils.images import to_float

    at = np.arange(config.batch_size)
    if isinstance(data, unpaired.UnpairedImages):
        pixels, labels = {"a": data.a[at], "b": data.b[at]}, {}
    else:
        pixels, labels = {"image": data.pixels(at)}, data.schema.one_hots(data.labels[at])
    return {name: to_float(array.astype("float32")) for name, array in pixels.items()} | labels


def ours(config, data) -> Callable[[], Any]:
    """A function that makes one step as `kerasgan train` does, including its random batch."""
    from kerasgan import tasks
    from kerasgan.training import trainer

    model = trainer.build(config, data)
    batches = iter(tasks.of(config).batches(data, model))
    model.make_train_function()
    return lambda: model.train_function(batches)


def plain_keras(config, data) -> Callable[[], Any]:
    """A function that makes one step as `fit` does with its defaults."""
    import tensorflow as tf

    from benchmarks import plain_keras

    with plain_keras.plain_layers():
        model = plain_keras.MODELS[config.MODEL](config, data.schema)
    model.compile()
    batches = tf.data.Dataset.from_tensors(first_batch(config, data)).repeat().prefetch(2)
    model.make_train_function()
    iterator = iter(batches)
    return lambda: model.train_function(iterator)


def plain_torch(config, data) -> Callable[[], Any]:
    """A function that makes one step in eager PyTorch, in its default memory layout."""
    import torch

    from benchmarks import plain_torch

    torch.set_default_device("cuda" if torch.cuda.is_available() else "cpu")
    tensors = {}
    for name, array in first_batch(config, data).items():
        if array.ndim == 4:
            tensors[name] = torch.tensor(np.ascontiguousarray(array.transpose(0, 3, 1, 2)))
        else:
            tensors[name] = torch.tensor(array.argmax(-1))
    model = plain_torch.MODELS[config.MODEL](config)
    return lambda: model.step(tensors)


def waiting(name: str) -> Callable[[], None]:
    """A function that waits until the device has finished a contender's step."""
    if name == "torch":
        import torch

        return torch.cuda.synchronize if torch.cuda.is_available() else lambda: None
    import tensorflow as tf

    return tf.test.experimental.sync_devices


def peak(wait: Callable[[], None]) -> float:
    """The GFLOP/s of the best of ten float32 matrix products."""
    import tensorflow as tf

    matrix = tf.random.normal([_SIDE, _SIDE])
    seconds = []
    wait()
    for _ in range(10):
        start = time.perf_counter()
        tf.linalg.matmul(matrix, matrix)
        wait()
        seconds.append(time.perf_counter() - start)
    return 2 * _SIDE**3 / min(seconds) / 1e9


def work(config, data) -> float:
    """The billions of additions and multiplications of a step of kerasgan."""
    from kerasgan import tasks
    from kerasgan.models import multiply_adds
    from kerasgan.training import trainer

    model = trainer.build(config, data)
    batch = tasks.of(config).batches(data, model).element_spec
    return 2 * multiply_adds.of_step(model, batch) / 1e9


def memory(name: str) -> float:
    """The GiB that a contender took at most, of the GPU if there is one."""
    if name == "torch":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.max_memory_allocated() / 2**30
    else:
        import tensorflow as tf

        if tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**30
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(name: str, model: str, precision: str) -> None:
    importlib.import_module(FIRST_IMPORTS[name])

    from kerasgan import tasks

    config = registry.config_class(model)(**SETTINGS[model], precision=precision)
    data = tasks.of(config).random_data()
    make = {"ours": ours, "keras": plain_keras, "torch": plain_torch}[name]
    step, wait = make(config, data), waiting(name)

    def timed() -> float:
        start = time.perf_counter()
        step()
        wait()
        return time.perf_counter() - start

    answers: dict[str, Callable[[], float]] = {
        "step": timed,
        "work": lambda: work(config, data),
        "peak": lambda: peak(wait),
        "memory": lambda: memory(name),
    }
    for line in sys.stdin:
        print(answers[line.strip()](), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
