"""DCGAN: 4x4 convolutions that double an image from 4x4 pixels, or halve it down to them.

Reference: Radford, Metz and Chintala 2015, "Unsupervised Representation Learning with Deep
Convolutional Generative Adversarial Networks" (arXiv:1511.06434). At 64 pixels these are the course
report's stacks of 512, 256, 128, 64 and of 64, 128, 256, 512 filters; each halving of the image
drops the 512, each doubling adds twice as many.
"""

import keras
from keras import layers

from kerasgan.layers.convolution import DeepConv2D, DeepConv2DTranspose
from kerasgan.layers.normalization import FusedBatchNormalization, LeakyReLU
from kerasgan.networks.widths import scaled


class ClipWeights(keras.constraints.Constraint):
    """Cut weights to [-limit, limit] after every update.

    Reference: Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN" (arXiv:1701.07875),
    algorithm 1.
    """

    def __init__(self, limit: float):
        self.limit = limit

    def __call__(self, weights):
        return keras.ops.clip(weights, -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}


def initial_weights() -> keras.initializers.Initializer:
    """The paper's N(0, 0.02)."""
    return keras.initializers.RandomNormal(stddev=0.02)


def batch_norm(name: str) -> layers.Layer:
    """BatchNorm with the constants of the paper's code: momentum 0.9, epsilon 1e-5."""
    return FusedBatchNormalization(momentum=0.9, epsilon=1e-5, name=name)


def convolution(filters: int, name: str, **settings) -> layers.Layer:
    """A 4x4 convolution; stride 2 and no bias unless `settings` say otherwise."""
    settings = {"strides": 2, "padding": "same", "use_bias": False, **settings}
    return DeepConv2D(filters, 4, kernel_initializer=initial_weights(), name=name, **settings)


def transposed(filters: int, name: str, **settings) -> layers.Layer:
    """A 4x4 transposed convolution; stride 2 and no bias unless `settings` say otherwise."""
    settings = {"strides": 2, "padding": "same", "use_bias": False, **settings}
    return DeepConv2DTranspose(
        filters, 4, kernel_initializer=initial_weights(), name=name, **settings
    )


def blocks(image_size: int) -> int:
    """How many convolutions lie between 4x4 and image_size, a power of two from 8 on."""
    return image_size.bit_length() - 3


def picture(x, image_size: int, width: float = 1.0, dropout: float = 0.0):
    """Apply the generator's stack to a vector [B, d]: an image [B, S, S, 3] in [-1, 1].

    Args:
        image_size: S, a power of two.
        width: factor on the number of filters.
        dropout: rate of a Dropout between each BatchNorm and its ReLU; 0 for none.
    """
    x = layers.Reshape((1, 1, x.shape[-1]), name="pixel")(x)
    count = blocks(image_size)
    for block in range(count):
        place = {} if block else {"strides": 1, "padding": "valid"}
        filters = scaled(64 * 2 ** (count - 1 - block), width)
        x = transposed(filters, f"up_{block}", **place)(x)
        x = batch_norm(f"norm_{block}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout_{block}")(x)
        x = layers.ReLU(name=f"activation_{block}")(x)
    return transposed(3, "image", activation="tanh", dtype="float32")(x)


def features(image, width: float = 1.0, norm: str = "batch", constraint=None):
    """Apply the discriminator's convolutions to an image [B, S, S, 3]: features [B, 4, 4, .].

    Args:
        width: factor on the number of filters.
        norm: "batch" for BatchNorm on all but the first, or "none".
        constraint: of the weights.
    """
    x = image
    for block in range(blocks(image.shape[1])):
        filters = scaled(64 * 2**block, width)
        x = convolution(filters, f"down_{block}", kernel_constraint=constraint)(x)
        if block and norm == "batch":
            x = batch_norm(f"norm_{block}")(x)
        x = LeakyReLU(0.2, name=f"activation_{block}")(x)
    return x


def generator(
    image_size: int, latent_dim: int, width: float = 1.0, dropout: float = 0.0
) -> keras.Model:
    """Build {noise [B, latent_dim]} -> image [B, S, S, 3] in [-1, 1]; see `picture`."""
    noise = keras.Input((latent_dim,), name="noise")
    return keras.Model(
        {"noise": noise}, picture(noise, image_size, width, dropout), name="generator"
    )


def discriminator(
    image_size: int, width: float = 1.0, norm: str = "batch", constraint=None, name="discriminator"
) -> keras.Model:
    """Build image [B, S, S, 3] -> logits or scores [B, 1]; see `features`."""
    image = keras.Input((image_size, image_size, 3), name="image")
    x = features(image, width, norm, constraint)
    score = convolution(
        1, "score", strides=1, padding="valid", kernel_constraint=constraint, dtype="float32"
    )
    return keras.Model(image, layers.Flatten(name="flatten", dtype="float32")(score(x)), name=name)
