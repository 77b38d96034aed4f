"""The course report's conditional WGAN: colours join the noise, and the critic's last features."""

import keras
from keras import layers

from kerasgan.layers.normalization import LeakyReLU
from kerasgan.networks import dcgan
from kerasgan.networks.widths import scaled


def generator(
    image_size: int, latent_dim: int, hair_colours: int, eye_colours: int, width: float = 1.0
) -> keras.Model:
    """Build {noise [B, latent_dim], hair [B, .], eyes [B, .]} -> image [B, S, S, 3] in [-1, 1]."""
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        "hair": keras.Input((hair_colours,), name="hair"),
        "eyes": keras.Input((eye_colours,), name="eyes"),
    }
    x = layers.Concatenate(name="condition")(list(inputs.values()))
    return keras.Model(inputs, dcgan.picture(x, image_size, width), name="generator")


def critic(
    image_size: int, hair_colours: int, eye_colours: int, width: float = 1.0, constraint=None
) -> keras.Model:
    """Build {image [B, S, S, 3], hair [B, .], eyes [B, .]} -> scores [B, 1].

    The report has no BatchNorm here, so the convolutions have biases; it prints 128 filters for the
    last one, which gives the score: we take one.
    """
    image = keras.Input((image_size, image_size, 3), name="image")
    hair = keras.Input((hair_colours,), name="hair")
    eyes = keras.Input((eye_colours,), name="eyes")
    settings = {
        "use_bias": True,
        "kernel_constraint": constraint,
        "bias_constraint": constraint,
    }
    x = image
    for block in range(dcgan.blocks(image_size)):
        x = dcgan.convolution(scaled(32 * 2**block, width), f"down_{block}", **settings)(x)
        x = LeakyReLU(0.2, name=f"activation_{block}")(x)
    condition = layers.Concatenate(name="condition")([hair, eyes])
    condition = layers.RepeatVector(16, name="copies")(condition)
    condition = layers.Reshape((4, 4, condition.shape[-1]), name="plane")(condition)
    x = layers.Concatenate(name="joint")([x, condition])
    mix = layers.Conv2D(
        scaled(128, width), 1, kernel_initializer=dcgan.initial_weights(), name="mix", **settings
    )
    x = LeakyReLU(0.2, name="mix_activation")(mix(x))
    score = dcgan.convolution(1, "score", strides=1, padding="valid", dtype="float32", **settings)
    inputs = {"image": image, "hair": hair, "eyes": eyes}
    return keras.Model(
        inputs, layers.Flatten(name="flatten", dtype="float32")(score(x)), name="critic"
    )
