"""DCGAN: 4x4 convolutions between a base of 4 to 7 pixels, the shorter side, and the image.

Reference: Radford, Metz and Chintala 2015, "Unsupervised Representation Learning with Deep
Convolutional Generative Adversarial Networks" (arXiv:1511.06434). At 64 pixels these are the course
report's networks. A smaller image has fewer layers, a larger one more.
"""

import keras
from keras import layers

from kerasgan.layers import Conv2D, Conv2DTranspose, FusedBatchNormalization, PenaltyLeakyReLU
from kerasgan.networks.widths import scaled
from kerasgan.utils.sizes import Size, halved, halvings, sides


@keras.saving.register_keras_serializable("kerasgan")
class ClipWeights(keras.constraints.Constraint):
    """Clip weights to [-limit, limit] after every update.

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
    """The paper's initial weights, N(0, 0.02)."""
    return keras.initializers.RandomNormal(stddev=0.02)


def batch_norm(name: str, constraint=None) -> layers.Layer:
    """BatchNorm with PyTorch's constants, momentum 0.9 in Keras's sense and epsilon 1e-5.

    Args:
        constraint: of the scale and the offset.
    """
    constraints = {"gamma_constraint": constraint, "beta_constraint": constraint}
    return FusedBatchNormalization(momentum=0.9, epsilon=1e-5, name=name, **constraints)


def conv(filters: int, name: str, size: Size = 4, **settings) -> layers.Layer:
    """Convolution, by default 4x4 with stride 2 and no bias."""
    settings = {"strides": 2, "padding": "same", "use_bias": False, **settings}
    return Conv2D(filters, size, kernel_initializer=initial_weights(), name=name, **settings)


def conv_transpose(filters: int, name: str, size: Size = 4, **settings) -> layers.Layer:
    """Transposed convolution, by default 4x4 with stride 2 and no bias."""
    settings = {"strides": 2, "padding": "same", "use_bias": False, **settings}
    start = initial_weights()
    return Conv2DTranspose(filters, size, kernel_initializer=start, name=name, **settings)


def base_size(image_size: Size) -> tuple[int, int]:
    """Height and width of the base, 4 x 4 at powers of two."""
    return halved(image_size, halvings(image_size))


def generator_trunk(x, image_size: Size, width: float = 1.0, dropout: float = 0.0):
    """Apply the generator's layers to a vector [B, d]: image [B, H, W, 3] in [-1, 1].

    | 4x4 transposed convolution | output at H = W = 64 |
    |---|---|
    | stride 1, BatchNorm, ReLU | 4 x 4 x 512 |
    | stride 2, BatchNorm, ReLU | 8 x 8 x 256 |
    | stride 2, BatchNorm, ReLU | 16 x 16 x 128 |
    | stride 2, BatchNorm, ReLU | 32 x 32 x 64 |
    | stride 2, tanh | 64 x 64 x 3 |

    The first kernel has the size of its output, `base_size`.

    Args:
        image_size: (H, W), or one number for both; see `configs.image_sizes.Halved`.
        width: factor on the number of filters.
        dropout: rate of dropout between each BatchNorm and its ReLU; 0 for none.
    """
    x = layers.Reshape((1, 1, x.shape[-1]), name="pixel")(x)
    blocks = halvings(image_size)
    for block in range(blocks):
        filters = scaled(64 * 2 ** (blocks - 1 - block), width)
        base = {"size": base_size(image_size), "strides": 1, "padding": "valid"}
        x = conv_transpose(filters, f"up_{block}", **({} if block else base))(x)
        x = batch_norm(f"norm_{block}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout_{block}")(x)
        x = layers.ReLU(name=f"activation_{block}")(x)
    return conv_transpose(3, "image", activation="tanh", dtype="float32")(x)


def discriminator_trunk(image, width: float = 1.0, norm: str = "batch", constraint=None):
    """Apply the discriminator's convolutions to an image [B, H, W, 3]: features [B, h, w, .].

    | 4x4 convolution of stride 2 | output at H = W = 64 |
    |---|---|
    | leaky ReLU | 32 x 32 x 64 |
    | BatchNorm, leaky ReLU | 16 x 16 x 128 |
    | BatchNorm, leaky ReLU | 8 x 8 x 256 |
    | BatchNorm, leaky ReLU | 4 x 4 x 512 |

    Args:
        width: factor on the number of filters.
        norm: "batch" or "none".
        constraint: of all weights.
    """
    x = image
    for block in range(halvings(image.shape[1:3])):
        filters = scaled(64 * 2**block, width)
        x = conv(filters, f"down_{block}", kernel_constraint=constraint)(x)
        if block and norm == "batch":
            x = batch_norm(f"norm_{block}", constraint)(x)
        x = PenaltyLeakyReLU(0.2, name=f"activation_{block}")(x)
    return x


def generator(
    image_size: Size, latent_dim: int, width: float = 1.0, dropout: float = 0.0
) -> keras.Model:
    """Build {noise [B, latent_dim]} -> image [B, H, W, 3] in [-1, 1].

    Args:
        image_size, width, dropout: as for `generator_trunk`, which has the layers.
    """
    noise = keras.Input((latent_dim,), name="noise")
    image = generator_trunk(noise, image_size, width, dropout)
    return keras.Model({"noise": noise}, image, name="generator")


def discriminator(
    image_size: Size, width: float = 1.0, norm: str = "batch", constraint=None, name="discriminator"
) -> keras.Model:
    """Build image [B, H, W, 3] -> logits or scores [B, 1].

    | layer | output |
    |---|---|
    | `discriminator_trunk` | h x w x 512 |
    | h x w convolution without padding | 1 x 1 x 1 |

    Args:
        image_size: as for `generator_trunk`; (h, w) is `base_size`.
        width, norm, constraint: as for `discriminator_trunk`.
    """
    image = keras.Input((*sides(image_size), 3), name="image")
    x = discriminator_trunk(image, width, norm, constraint)
    settings = {"padding": "valid", "kernel_constraint": constraint, "dtype": "float32"}
    x = conv(1, "score", base_size(image_size), strides=1, **settings)(x)
    return keras.Model(image, layers.Flatten(name="flatten", dtype="float32")(x), name=name)
