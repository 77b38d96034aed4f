"""Updates whose batch is computed in parts, one after the other, which needs less memory."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.layers.minibatch_statistics import MinibatchStddev
from kerasgan.utils.errors import InvalidInput

# Their outputs for an image depend on the other images of a part.
_BATCH_STATISTICS = (keras.layers.BatchNormalization, MinibatchStddev)


class Parts(NamedTuple):
    """Parts of equal size of each batch.

    Consecutive images go to one part, the next ones to the next part: the first samples of a batch
    are the first samples of its parts.

    Attributes:
        count: of parts.
        group: number of consecutive images.
    """

    count: int
    group: int = 1

    def split(self, tensors: Any) -> Iterator[Any]:
        """The parts of a nested structure of tensors [B, ...], tensors [B / count, ...]."""
        for index in range(self.count):
            yield tf.nest.map_structure(lambda tensor, i=index: self._part(tensor, i), tensors)

    def _part(self, tensor: tf.Tensor, index: int) -> tf.Tensor:
        grouped = tf.reshape(tensor, [-1, self.count, self.group, *tensor.shape[1:]])
        return tf.reshape(grouped[:, index], [-1, *tensor.shape[1:]])

    def join(self, parts: Sequence[Any]) -> Any:
        """The inverse of `split`."""
        return tf.nest.map_structure(lambda *tensors: self._whole(tensors), *parts)

    def _whole(self, tensors: Sequence[tf.Tensor]) -> tf.Tensor:
        shape = tensors[0].shape[1:]
        grouped = [tf.reshape(tensor, [-1, self.group, *shape]) for tensor in tensors]
        return tf.reshape(tf.stack(grouped, axis=1), [-1, *shape])

    def mean(self, parts: Sequence[dict]) -> dict:
        """Means of losses and metrics over the parts; of values of single images, all of them.

        Args:
            parts: for each part {name: scalar, or a pair of [B / count] values and weights}.
        """
        return {name: self._mean([part[name] for part in parts]) for name in parts[0]}

    def _mean(self, values: Sequence[Any]) -> Any:
        if isinstance(values[0], tuple):
            return tuple(self.join(values))
        return tf.add_n([tf.convert_to_tensor(value) for value in values]) / self.count


WHOLE = Parts(1)


def parts_of(config: Config, networks: Sequence[keras.Model]) -> Parts:
    """The parts of a model's batches.

    Raises:
        InvalidInput: if the batch has no such parts, or a part would have statistics of its own.
    """
    parts = Parts(config.accumulate, config.GROUP)
    if parts.count == 1:
        return parts
    divisor = parts.count * parts.group
    if config.batch_size % divisor:
        groups = f" times {parts.group}" if parts.group > 1 else ""
        raise InvalidInput(
            f"batch-size must be a multiple of accumulate{groups}, {divisor}; got "
            f"{config.batch_size}"
        )
    for network in networks:
        for layer in network._flatten_layers():
            if isinstance(layer, _BATCH_STATISTICS):
                raise InvalidInput(
                    f"accumulate must be 1, got {parts.count}: {layer.name} of the {network.name} "
                    "computes statistics of a batch, and parts would have statistics of their own"
                )
    return parts
