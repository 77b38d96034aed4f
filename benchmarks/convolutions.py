"""Time kerasgan's convolutions with each kernel that can compute them.

python -m benchmarks.convolutions upsample|transposed|wide|reflected|deep [--precision bfloat16]
    [--repeats 8]

The layers are from ACGAN's generator at 96x96 pixels and WGAN-GP's two networks at 64x64, for 64
images; from CycleGAN's residual blocks at 128x128, for one and two images; and the last ones of
StarGAN's discriminator at 128x128, for 16 images. Times are the best of the repeats.
"""

import argparse
import time
from collections.abc import Callable

import kerasgan  # noqa: F401  sets environment variables for TensorFlow.

# Each layer's input shape [B, H, W, C] and filters.
_LAYERS = {
    "upsample": [
        ((64, 6, 6, 128), 512),
        ((64, 12, 12, 512), 256),
        ((64, 24, 24, 256), 128),
        ((64, 48, 48, 128), 64),
    ],
    "transposed": [((64, 4, 4, 512), 256), ((64, 8, 8, 256), 128), ((64, 16, 16, 128), 64)],
    "wide": [((64, 32, 32, 64), 128), ((64, 16, 16, 128), 256), ((64, 8, 8, 256), 512)],
    "reflected": [((1, 32, 32, 256), 256), ((2, 32, 32, 256), 256)],
    "deep": [((16, 16, 16, 256), 512), ((16, 8, 8, 512), 1024), ((16, 4, 4, 1024), 2048)],
}
_ALWAYS, _NEVER = -float("inf"), float("inf")
# Thresholds that enforce each kernel: `winograd.MIN_GAIN`, `patches.MIN_FILTERS_PER_PIXEL`.
_KERNELS = {"direct": (_NEVER, _NEVER), "winograd": (_ALWAYS, _NEVER)}
_DEEP_KERNELS = {**_KERNELS, "patches": (_NEVER, _ALWAYS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layer", choices=_LAYERS)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--repeats", type=int, default=8)
    arguments = parser.parse_args()
    for shape, filters in _LAYERS[arguments.layer]:
        kernels = _DEEP_KERNELS if arguments.layer == "deep" else _KERNELS
        for kernel, thresholds in kernels.items():
            layer = _layer(arguments.layer, filters, thresholds, arguments.precision)
            steps = _steps(layer, shape)
            forward, both = (1e3 * _best(step, arguments.repeats) for step in steps)
            print(
                f"{shape[0]} of {shape[1]}x{shape[2]}, {shape[3]} to {filters} channels, "
                f"{kernel:8}: forward {forward:5.1f} ms, with gradients {both:5.1f} ms"
            )


def _layer(name, filters, thresholds, precision):
    from kerasgan.layers import Conv2D, Conv2DTranspose, UpsampleConv2D
    from kerasgan.layers.kernels import patches, winograd
    from kerasgan.training.precision import policy

    winograd.MIN_GAIN, patches.MIN_FILTERS_PER_PIXEL = thresholds
    with policy(precision):
        if name == "upsample":
            return UpsampleConv2D(filters)
        if name == "transposed":
            return Conv2DTranspose(filters, 4, 2, "same")
        if name == "reflected":
            return Conv2D(filters, 3, padding="reflect")
        return Conv2D(filters, 4, 2, "same")


def _steps(layer, shape) -> tuple[Callable, Callable]:
    """Functions that run a forward pass, and a forward pass with both gradients."""
    import tensorflow as tf

    layer.build(shape)
    images = tf.cast(tf.random.normal(shape), layer.compute_dtype)
    upstream = tf.cast(tf.random.normal(layer.compute_output_shape(shape)), layer.compute_dtype)

    @tf.function(autograph=False)
    def forward():
        return [layer(images)[0, 0, 0]]

    @tf.function(autograph=False)
    def both():
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images)
        gradients = tape.gradient(outputs, [images, layer.kernel.value], output_gradients=upstream)
        return [part[0, 0, 0] for part in (outputs, *gradients)]

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
