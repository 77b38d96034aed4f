"""`fit`: training on a data set, by Keras's own loop."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from kerasgan.models import examples, fit_callbacks
from kerasgan.models.step_random import LabelledStepRandom, StepRandom
from kerasgan.models.two_players import TwoPlayers
from kerasgan.utils import processes
from kerasgan.utils.errors import InvalidInput


class Fitting(TwoPlayers):
    """Two players that are trained on the images and labels of a data set."""

    def step_random(self, step: tf.Tensor, given: dict[str, tf.Tensor]) -> StepRandom:
        """Random numbers of a training step beside its real images, an element of `steps`."""
        config = self.config
        return LabelledStepRandom(given, self.schema, config.seed, step, config.augment)

    def steps(self, dataset: tf.data.Dataset) -> tf.data.Dataset:
        """Group a data set of real images, as `fit` takes it, into training steps."""
        config = self.config
        return examples.labelled_steps(
            dataset, self.schema, config.image_size, config.batch_size, self.d_steps
        )

    def batches(self, steps: tf.data.Dataset, initial_step: int = 0) -> tf.data.Dataset:
        """The inputs of training steps: real images beside everything random.

        Args:
            steps: real images of each step after `initial_step`, as `steps` makes them.
            initial_step: number of steps already trained.
        """
        numbers = tf.data.Dataset.counter(start=np.int64(initial_step))

        # Without loops over tensors there is nothing to convert, and looking for them takes time.
        @tf.autograph.experimental.do_not_convert
        def batch(step: tf.Tensor, given: dict[str, tf.Tensor]) -> dict:
            return self.sample_batch(self.step_random(step, given))

        return tf.data.Dataset.zip((numbers, steps)).map(batch, num_parallel_calls=2).prefetch(2)

    def fit(
        self,
        x: tf.data.Dataset,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        initial_epoch: int = 0,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: str | int = "auto",
    ) -> keras.callbacks.History:
        """Train on a data set.

        Each step takes as many batches as it makes updates of the discriminator. Everything else
        that is random depends on the model's seed and step alone.

        Args:
            x: elements {"image", label, ...}, single or batched: images uint8, or float in [-1, 1],
                [H, W, 3]; labels as indices or texts, -1 or "" where one is missing. Of CycleGAN
                and CUT, {"a", "b"} or pairs of images.
            epochs, steps_per_epoch, initial_epoch, callbacks, verbose: as in `keras.Model.fit`.

        Returns:
            The history of each epoch's mean losses and metrics.

        Raises:
            InvalidInput: if the data set lacks a label, or has another type, shape, range or value
                than the model takes; names both.
        """
        if not isinstance(x, tf.data.Dataset):
            raise InvalidInput(
                f"the data set must be a tf.data.Dataset, got {type(x).__name__}; "
                "tf.data.Dataset.from_tensor_slices makes one of arrays"
            )
        if steps_per_epoch is None:
            steps_per_epoch = examples.steps_in(x, self.config.batch_size, self.d_steps)
        # Repeated first, so that no image is left out at the end of an epoch.
        batches = self.batches(self.steps(x.repeat()), int(self.step))
        if self._batch_spec is None:
            self.build_players(batches.element_spec)
        try:
            return super().fit(
                batches,
                epochs=epochs,
                steps_per_epoch=steps_per_epoch,
                initial_epoch=initial_epoch,
                shuffle=False,
                callbacks=fit_callbacks.callback_list(
                    self, callbacks, verbose, epochs, steps_per_epoch
                ),
            )
        except tf.errors.InvalidArgumentError as error:
            raise examples.explained(error) from error

    def fit_batches(
        self, batches: tf.data.Dataset, steps: int, callbacks: Sequence[keras.callbacks.Callback]
    ) -> None:
        """Train for some steps on `batches`, going on with the record of a restored checkpoint."""
        self._keeps_record = True
        processes.free_at_exit()
        super().fit(
            batches,
            steps_per_epoch=steps,
            shuffle=False,
            callbacks=fit_callbacks.callback_list(self, callbacks, 0, 1, steps),
        )

    def get_metrics_result(self) -> dict[str, float]:
        """The means of an epoch, for Keras."""
        return self.record()

    def reset_metrics(self) -> None:
        """Begin an epoch's means, unless they go on from a checkpoint."""
        if not self._keeps_record:
            self.reset_record()
        self._keeps_record = False
