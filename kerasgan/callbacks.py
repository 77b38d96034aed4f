"""Callbacks for `fit`, beside Keras's own."""

from pathlib import Path
from typing import Any

import keras

from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput


class SampleGrid(keras.callbacks.Callback):
    """Write a sheet of generated images after an epoch, from the same noise every time.

    The model must generate from noise: any but CycleGAN, CUT and StarGAN.

    Args:
        folder: for `epoch-0001.png`, `epoch-0002.png`, ...
        every: epochs between sheets.
        seed: of the noise.

    Examples:
        >>> gan.fit(dataset, epochs=10, callbacks=[kerasgan.callbacks.SampleGrid("samples")])
    """

    def __init__(self, folder: str | Path, every: int = 1, seed: int = 0):
        super().__init__()
        if every < 1:
            raise InvalidInput(f"every must be at least 1, got {every}")
        self.folder = Path(folder)
        self.every = every
        self.seed = seed

    def on_train_begin(self, logs: Any = None) -> None:
        if not isinstance(self.model, GeneratesFromNoise):
            raise InvalidInput(
                f"SampleGrid needs a model that generates from noise, got {self.model}"
            )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if (epoch + 1) % self.every == 0:
            sheet = self.model.sampler().sheet(self.seed)
            images.save(sheet, self.folder / f"epoch-{epoch + 1:04d}.png")
