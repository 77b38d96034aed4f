"""CycleGAN.

Reference: Zhu, Park, Isola and Efros 2017, "Unpaired Image-to-Image Translation using
Cycle-Consistent Adversarial Networks" (arXiv:1703.10593).
"""

import keras
from keras import ops

from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.losses import bce, binary_accuracy, l1, least_squares
from kerasgan.models.base import Networks
from kerasgan.models.calls import call_each
from kerasgan.models.image_pool import ImagePool
from kerasgan.models.two_players import unstack_updates
from kerasgan.models.unpaired import UnpairedModel
from kerasgan.networks import cyclegan
from kerasgan.utils.sizes import sides

_DOMAINS = ("a", "b")


@keras.saving.register_keras_serializable("kerasgan")
class CycleGAN(UnpairedModel):
    """Two generators and two discriminators; both networks of a kind are trained as one player.

    `generator` maps {a, b} to {a: translation of b, b: translation of a}. A loss is named after
    the domain of the images that it compares or scores: `g_fool_b` scores translations of a.

    Examples:
        >>> gan = kerasgan.CycleGAN(image_size=256, identity_weight=0.5)
        >>> gan.compile()
        >>> gan.fit(tf.data.Dataset.zip((summer, winter)), epochs=10)
    """

    CONFIG = CycleGANConfig
    config: CycleGANConfig

    def __init__(self, labels=None, **options):
        super().__init__(labels, **options)
        config = self.config
        self._loss = {"bce": bce, "lsgan": least_squares}[config.loss]
        self._threshold = {"bce": 0.0, "lsgan": 0.5}[config.loss]
        shape = (*sides(config.image_size), 3)
        self.pool_a = ImagePool(config.pool_size, shape, config.pool_exchange)
        self.pool_b = ImagePool(config.pool_size, shape, config.pool_exchange)

    def build_networks(self, config, schema):
        return Networks(
            discriminator=cyclegan.discriminators(
                width=config.width, norm=config.d_norm, antialias=config.antialias
            ),
            generator=self.build_generators(config),
        )

    def sample_generator_batch(self, random, updates):
        return {**random.images(), "augmentation": self._augmentations(random, "g_fake")}

    def sample_discriminator_batch(self, random, updates):
        slots = max(self.config.pool_size, 1)
        return {
            "coins": {name: random.uniform(f"coin_{name}", updates)[..., 0] for name in _DOMAINS},
            "slots": {name: random.integers(f"slot_{name}", updates, slots) for name in _DOMAINS},
            "real": self._augmentations(random, "real"),
            "fake": self._augmentations(random, "d_fake"),
        }

    def _augmentations(self, random, name):
        return {domain: random.augmentation(f"{name}_{domain}", 1) for domain in _DOMAINS}

    def loss_inputs(self, batch):
        given = batch["generator"]
        return (given, _images(given), batch["discriminator"]), (given,)

    def update_players(self, batch):
        """Update the generators, then the discriminators on the same translations, pooled."""
        (given,), (pool,) = map(unstack_updates, (batch["generator"], batch["discriminator"]))
        _, fakes = self.update_generator(given)
        coins, slots = pool["coins"], pool["slots"]
        fakes = {
            "a": self.pool_a.exchange(fakes["a"], coins["a"], slots["a"]),
            "b": self.pool_b.exchange(fakes["b"], coins["b"], slots["b"]),
        }
        self.update_discriminator(given, fakes, pool)

    def generator_losses(self, batch):
        """Eq. 3 with the identity loss of section 5.2, and the translations."""
        real = _images(batch)
        cycle_weight = self.config.cycle_weight
        identity_weight = cycle_weight * self.config.identity_weight
        swapped = [{"a": real["b"], "b": real["a"]}] if self.config.identity_weight else []
        fakes, *identities = call_each(self.generator, self.config.norm != "batch", real, *swapped)
        scores = self.discriminator(self._seen(fakes, batch["augmentation"]), training=True)
        cycled = self.generator(fakes, training=True)
        losses = {f"g_fool_{name}": self._loss(scores[name], 1.0) for name in _DOMAINS}
        for name in _DOMAINS:
            losses[f"g_cycle_{name}"] = cycle_weight * l1(cycled[name], real[name])
        for same in identities:
            for name in _DOMAINS:
                losses[f"g_identity_{name}"] = identity_weight * l1(same[name], real[name])
        changes = {
            f"g_change_{name}": l1(fakes[name], real[other])
            for name, other in zip(_DOMAINS, reversed(_DOMAINS), strict=True)
        }
        return losses, {**self._generator_totals(losses), **changes}, fakes

    @staticmethod
    def _generator_totals(losses):
        """Sums of the losses that a generator's weights affect: both cycle losses and its own."""
        cycles = losses["g_cycle_a"] + losses["g_cycle_b"]
        return {
            f"g_loss_{name}": cycles
            + losses[f"g_fool_{name}"]
            + losses.get(f"g_identity_{name}", 0.0)
            for name in _DOMAINS
        }

    def discriminator_losses(self, batch, fakes, pool):
        """Each discriminator's losses of real and of generated images, divided by d_ratio."""
        seen = self._seen(batch, pool["real"]), self._seen(fakes, pool["fake"])
        real, fake = call_each(self.discriminator, self.config.d_norm != "batch", *seen)
        ratio = self.config.d_ratio
        losses = {f"d_real_{name}": self._loss(real[name], 1.0) / ratio for name in _DOMAINS}
        losses |= {f"d_fake_{name}": self._loss(fake[name], 0.0) / ratio for name in _DOMAINS}
        totals = {
            f"d_loss_{name}": losses[f"d_real_{name}"] + losses[f"d_fake_{name}"]
            for name in _DOMAINS
        }
        scores = ops.concatenate([ops.mean(real[name], axis=(1, 2)) for name in _DOMAINS])
        metrics = {**totals, "d_accuracy_real": binary_accuracy(scores, 1, self._threshold)}
        for kind, shown in zip(("real", "fake"), (batch, fakes), strict=True):
            metrics |= self.distances(kind, {f"_{name}": shown[name] for name in _DOMAINS})
        if self.config.penalty_weight:
            for name in _DOMAINS:
                critic = self.discriminator.get_layer(f"discriminator_{name}")
                images = [images[name] for images in seen]
                losses[f"d_penalty_{name}"], (r1, r2) = self.penalties(critic, *images)
                metrics |= {f"d_r1_{name}": r1, f"d_r2_{name}": r2}
        return losses, metrics

    def _seen(self, images, draws):
        """Images of both domains as the discriminators see them."""
        return {name: self.augment(images[name], draws[name]) for name in _DOMAINS}


def _images(batch: dict) -> dict:
    return {name: batch[name] for name in _DOMAINS}
