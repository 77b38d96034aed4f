"""Multiply-adds of layers and of training steps, counted in their traced graphs.

Counted are convolutions, transposed ones and matrix products, also in gradients, each in full:
Winograd's algorithm and the other kernels of a CPU change the time, not the count. `UpsampleConv2D`
is a transposed convolution with four taps per output value. Operations on single values, such as
activations, normalization and the optimizer, are left out.
"""

import math
from collections.abc import Callable

import keras
import tensorflow as tf

from kerasgan.layers import kernels


def of_layer(layer: keras.Layer) -> int:
    """Multiply-adds of a forward pass for one image.

    Args:
        layer: of a Functional model all of whose shapes are known.

    Examples:
        >>> dense = keras.layers.Dense(10)
        >>> keras.Model(image := keras.Input([32]), dense(image))
        >>> of_layer(dense)
        320
    """
    # Without weights there is nothing to multiply by.
    if not layer.weights:
        return 0
    inputs = tf.nest.map_structure(
        lambda tensor: tf.TensorSpec([1, *tensor.shape[1:]], tensor.dtype), layer.input
    )
    return _of_function(layer, inputs)


def of_step(model: keras.Model, batch: dict) -> int:
    """Multiply-adds of a whole training step: all updates, losses, penalties and gradients.

    A gradient that no variable needs is not counted, as TensorFlow does not compute it.

    Args:
        model: an `AdversarialModel`, compiled and with its players built, on one device.
        batch: element spec of `batches`.
    """
    return _of_function(model.train_step, batch)


def _of_function(function: Callable, inputs) -> int:
    with kernels.direct():
        graph = tf.function(function, autograph=False).get_concrete_function(inputs).graph
    return sum(_COUNTS[op.type](op) for op in _executed(graph) if op.type in _COUNTS)


def _executed(graph: tf.Graph) -> set[tf.Operation]:
    """The operations that outputs or changes of variables depend on."""
    found, waiting = set(), [*graph.control_outputs, *(tensor.op for tensor in graph.outputs)]
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting += [*operation.control_inputs, *(tensor.op for tensor in operation.inputs)]
    return found


def _convolution(images: tf.Tensor, kernel: tf.Tensor) -> int:
    """Products of a kernel at every pixel of outputs, or of their gradients, [B, H, W, F]."""
    return math.prod(images.shape[:3]) * math.prod(kernel.shape)


def _matrix_product(operation: tf.Operation, transpose: str) -> int:
    first = operation.inputs[0].shape
    terms = first[-2] if operation.get_attr(transpose) else first[-1]
    return math.prod(operation.outputs[0].shape) * terms


# The gradients of a convolution have as many products as itself.
_COUNTS: dict[str, Callable[[tf.Operation], int]] = {
    "Conv2D": lambda op: _convolution(op.outputs[0], op.inputs[1]),
    "Conv2DBackpropInput": lambda op: _convolution(op.inputs[2], op.inputs[1]),
    "Conv2DBackpropFilter": lambda op: _convolution(op.inputs[2], op.outputs[0]),
    "MatMul": lambda op: _matrix_product(op, "transpose_a"),
    "BatchMatMulV2": lambda op: _matrix_product(op, "adj_x"),
}
