"""The models as one writes them after Keras's own examples: what `train_step` compares with.

The networks are kerasgan's, of Keras's own layers where it has faster forms of them; the steps are
those of the examples on keras.io, with the same numbers of updates and the same losses.
"""

from contextlib import ExitStack
from unittest import mock

import keras
import tensorflow as tf
from keras import layers, ops

from kerasgan.configs.acgan import head_weights
from kerasgan.layers import ReflectionPadding2D
from kerasgan.networks import acgan, cyclegan, dcgan

_bce = keras.losses.BinaryCrossentropy(from_logits=True)
_cce = keras.losses.CategoricalCrossentropy(from_logits=True)
_mse = keras.losses.MeanSquaredError()
_mae = keras.losses.MeanAbsoluteError()


def _upsample(filters, name, **settings):
    def apply(x):
        return layers.Conv2D(filters, 3, padding="same", name=name, **settings)(
            layers.UpSampling2D(2)(x)
        )

    return apply


def _conv(filters, size, strides=1, padding="valid", name=None, **settings):
    if padding != "reflect":
        return layers.Conv2D(filters, size, strides, padding, name=name, **settings)
    reflection = ReflectionPadding2D(size // 2)
    return keras.Sequential([reflection, layers.Conv2D(filters, size, **settings)], name=name)


def _instance_norm(name):
    return layers.GroupNormalization(-1, epsilon=1e-5, center=False, scale=False, name=name)


_PLAIN = {
    "UpsampleConv2D": _upsample,
    "Conv2D": _conv,
    "Conv2DTranspose": layers.Conv2DTranspose,
    "FusedBatchNormalization": layers.BatchNormalization,
    "ByteDropout": layers.Dropout,
    "PenaltyLeakyReLU": layers.LeakyReLU,
}


def plain_layers() -> ExitStack:
    """Let networks that are built inside have Keras's own layers."""
    stack = ExitStack()
    for networks in (acgan, cyclegan, dcgan):
        plain = {name: layer for name, layer in _PLAIN.items() if hasattr(networks, name)}
        stack.enter_context(mock.patch.multiple(networks, **plain))
    stack.enter_context(mock.patch.dict(cyclegan._NORMS, instance=_instance_norm))
    return stack


def _adam(config, epsilon=1e-7):
    return keras.optimizers.Adam(config.learning_rate, config.beta_1, epsilon=epsilon)


class ACGAN(keras.Model):
    """After https://keras.io/examples/generative/conditional_gan/."""

    def __init__(self, config, schema):
        super().__init__()
        size, width = config.image_size, config.width
        self.generator = acgan.generator(size, config.latent_dim, schema.sizes, width)
        self.discriminator = acgan.discriminator(size, schema.sizes, width)
        self.config = config
        self.weights_of_heads = head_weights(config.loss_weights, schema.names)
        self.d_optimizer, self.g_optimizer = _adam(config), _adam(config)

    def _draw(self, batch, hair, eyes):
        return {
            "noise": keras.random.normal((batch, self.config.latent_dim), stddev=self.config.sigma),
            "hair": ops.one_hot(ops.cast(keras.random.uniform((batch,)) * hair, "int32"), hair),
            "eyes": ops.one_hot(ops.cast(keras.random.uniform((batch,)) * eyes, "int32"), eyes),
        }

    def train_step(self, data):
        batch = data["image"].shape[0]
        colours = data["hair"].shape[-1], data["eyes"].shape[-1]
        source_weight, hair_weight, eyes_weight = self.weights_of_heads.values()
        generated = self.generator(self._draw(batch, *colours), training=True)
        with tf.GradientTape() as tape:
            logits = self.discriminator(data["image"], training=True)
            real, hair, eyes = (logits[name] for name in ("source", "hair", "eyes"))
            fake = self.discriminator(generated, training=True)["source"]
            d_loss = source_weight * (_bce(ops.ones_like(real), real))
            d_loss += source_weight * _bce(ops.zeros_like(fake), fake)
            d_loss += hair_weight * _cce(data["hair"], hair) + eyes_weight * _cce(
                data["eyes"], eyes
            )
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        for _ in range(self.config.g_steps):
            drawn = self._draw(batch, *colours)
            with tf.GradientTape() as tape:
                logits = self.discriminator(self.generator(drawn, training=True), training=True)
                fake, hair, eyes = (logits[name] for name in ("source", "hair", "eyes"))
                g_loss = source_weight * _bce(ops.ones_like(fake), fake)
                g_loss += hair_weight * _cce(drawn["hair"], hair)
                g_loss += eyes_weight * _cce(drawn["eyes"], eyes)
            weights = self.generator.trainable_weights
            gradients = tape.gradient(g_loss, weights)
            self.g_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return {"d_loss": d_loss, "g_loss": g_loss}


class WGANGP(keras.Model):
    """After https://keras.io/examples/generative/wgan_gp/."""

    def __init__(self, config, schema):
        super().__init__()
        self.generator = dcgan.generator(config.image_size, config.latent_dim, config.width)
        self.critic = dcgan.discriminator(config.image_size, config.width, norm="none")
        self.config = config
        settings = {"rho": 0.99, "epsilon": 1e-16}
        self.d_optimizer, self.g_optimizer = (
            keras.optimizers.RMSprop(config.learning_rate, **settings) for _ in range(2)
        )

    def _noise(self, batch):
        return {"noise": keras.random.normal((batch, self.config.latent_dim))}

    def _penalty(self, real, fake):
        alpha = keras.random.uniform((real.shape[0], 1, 1, 1))
        between = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(between)
            score = self.critic(between, training=True)
        norm = ops.sqrt(ops.sum(ops.square(tape.gradient(score, between)), axis=(1, 2, 3)) + 1e-12)
        return ops.mean((norm - 1.0) ** 2)

    def train_step(self, data):
        real = data["image"]
        for _ in range(self.config.critic_steps):
            noise = self._noise(real.shape[0])
            with tf.GradientTape() as tape:
                fake = self.generator(noise, training=True)
                scores = self.critic(fake, training=True), self.critic(real, training=True)
                d_loss = ops.mean(scores[0]) - ops.mean(scores[1])
                d_loss += self.config.penalty_weight * self._penalty(real, fake)
            weights = self.critic.trainable_variables
            gradients = tape.gradient(d_loss, weights)
            self.d_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        noise = self._noise(real.shape[0])
        with tf.GradientTape() as tape:
            fake = self.generator(noise, training=True)
            g_loss = -ops.mean(self.critic(fake, training=True))
        weights = self.generator.trainable_variables
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        return {"d_loss": d_loss, "g_loss": g_loss}


class CycleGAN(keras.Model):
    """After https://keras.io/examples/generative/cyclegan/."""

    def __init__(self, config, schema):
        super().__init__()
        self.gen_g, self.gen_f = (cyclegan.generator(config.blocks, config.width) for _ in range(2))
        self.disc_x, self.disc_y = (cyclegan.discriminator(config.width) for _ in range(2))
        self.config = config
        self.optimizers = [_adam(config, epsilon=1e-8) for _ in range(4)]

    def _adversarial(self, scores):
        return _mse(ops.ones_like(scores), scores)

    def _judging(self, real, fake):
        loss = _mse(ops.ones_like(real), real) + _mse(ops.zeros_like(fake), fake)
        return loss / self.config.d_ratio

    def train_step(self, data):
        x, y = data["a"], data["b"]
        cycle = self.config.cycle_weight
        identity = cycle * self.config.identity_weight
        with tf.GradientTape(persistent=True) as tape:
            fake_y, fake_x = self.gen_g(x, training=True), self.gen_f(y, training=True)
            cycled_x = self.gen_f(fake_y, training=True)
            cycled_y = self.gen_g(fake_x, training=True)
            same_x, same_y = self.gen_f(x, training=True), self.gen_g(y, training=True)
            disc_real_x = self.disc_x(x, training=True)
            disc_fake_x = self.disc_x(fake_x, training=True)
            disc_real_y = self.disc_y(y, training=True)
            disc_fake_y = self.disc_y(fake_y, training=True)
            loss_g = self._adversarial(disc_fake_y) + cycle * _mae(y, cycled_y)
            loss_f = self._adversarial(disc_fake_x) + cycle * _mae(x, cycled_x)
            loss_g += identity * _mae(y, same_y)
            loss_f += identity * _mae(x, same_x)
            loss_x = self._judging(disc_real_x, disc_fake_x)
            loss_y = self._judging(disc_real_y, disc_fake_y)
        losses = (loss_g, loss_f, loss_x, loss_y)
        networks = (self.gen_g, self.gen_f, self.disc_x, self.disc_y)
        gradients = [
            tape.gradient(loss, network.trainable_variables)
            for loss, network in zip(losses, networks, strict=True)
        ]
        for optimizer, part, network in zip(self.optimizers, gradients, networks, strict=True):
            optimizer.apply_gradients(zip(part, network.trainable_variables, strict=True))
        return dict(zip(("g", "f", "x", "y"), losses, strict=True))


MODELS = {"acgan": ACGAN, "wgan-gp": WGANGP, "cyclegan": CycleGAN}
