"""How long UpsampleConv2D takes with four taps, and by shared differences.

python -m benchmarks.upsampling [--precision bfloat16] [--batch-size 64] [--repeats 8]

The layers are those of ACGAN's generator at 96x96 pixels; times are the best of the repeats.
"""

import argparse
import time
from collections.abc import Callable

import kerasgan  # noqa: F401  TensorFlow reads what it sets.

_LAYERS = ((6, 128, 512), (12, 512, 256), (24, 256, 128), (48, 128, 64))
_FORMS = {"four taps": float("inf"), "differences": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=8)
    arguments = parser.parse_args()
    for side, channels, filters in _LAYERS:
        for form, many in _FORMS.items():
            shape = (arguments.batch_size, side, side, channels)
            steps = _steps(shape, filters, many, arguments.precision)
            forward, both = (1e3 * _best(step, arguments.repeats) for step in steps)
            print(
                f"{side}x{side}, {channels} to {filters} channels, {form:11}: "
                f"forward {forward:5.1f} ms, with gradients {both:5.1f} ms"
            )


def _steps(shape, filters, many, precision) -> tuple[Callable, Callable]:
    """Return what makes a forward pass, and what makes one and both gradients."""
    import tensorflow as tf

    from kerasgan.convolutions import UpsampleConv2D
    from kerasgan.precision import policy

    UpsampleConv2D.MANY = many
    with policy(precision):
        layer = UpsampleConv2D(filters)
    layer.build(shape)
    images = tf.cast(tf.random.normal(shape), layer.compute_dtype)
    upstream = tf.cast(tf.random.normal(layer.compute_output_shape(shape)), layer.compute_dtype)

    @tf.function(autograph=False)
    def forward():
        return [layer(images, training=True)[0, 0, 0]]

    @tf.function(autograph=False)
    def both():
        with tf.GradientTape() as tape:
            tape.watch(images)
            made = layer(images, training=True)
        gradients = tape.gradient(made, [images, layer.kernel.value], output_gradients=upstream)
        return [part[0, 0, 0] for part in (made, *gradients)]

    return forward, both


def _best(step: Callable, repeats: int) -> float:
    seconds = []
    # The first two trace, compile and allocate.
    for _ in range(2 + repeats):
        start = time.perf_counter()
        [part.numpy() for part in step()]
        seconds.append(time.perf_counter() - start)
    return min(seconds[2:])


if __name__ == "__main__":
    main()
