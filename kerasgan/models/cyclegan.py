"""CycleGAN.

Reference: Zhu, Park, Isola and Efros 2017, "Unpaired Image-to-Image Translation using
Cycle-Consistent Adversarial Networks" (arXiv:1703.10593).
"""

from kerasgan import optimizers, schedules
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import bce, l1, least_squares
from kerasgan.models import averaging
from kerasgan.models.base import AdversarialModel, apart, no_logs, together, updates
from kerasgan.models.image_pool import ImagePool
from kerasgan.networks import cyclegan

_DOMAINS = ("a", "b")


class CycleGAN(AdversarialModel):
    """Two generators and two discriminators, each pair trained as one player.

    `generator` maps {a, b} to {a: the translation of b, b: that of a}. Terms are named after the
    domain of the image that they judge: `g_fool_b` is about translations of a.
    """

    def __init__(self, config: CycleGANConfig, vocabulary: Vocabulary | None = None):
        networks = {"width": config.width, "norm": config.norm}
        super().__init__(
            discriminator=cyclegan.discriminators(**networks),
            generator=cyclegan.generators(
                blocks=config.blocks,
                upsample=config.upsample,
                residual=config.skip,
                **networks,
            ),
            ema=averaging.of_config(config),
        )
        self.config = config
        # BatchNorm would mix what it sees together.
        self._run = together if config.norm == "instance" else apart
        self._loss = {"bce": bce, "lsgan": least_squares}[config.loss]
        shape = (config.image_size, config.image_size, 3)
        self.pool_a = ImagePool(config.pool_size, shape)
        self.pool_b = ImagePool(config.pool_size, shape)

    def optimizers(self):
        rate = schedules.of_config(self.config)
        return optimizers.adam(rate, self.config.beta_1, epsilon=1e-8)

    def draw(self, draws):
        slots = max(self.config.pool_size, 1)
        return {
            "generator": draws.pictures(),
            "discriminator": {
                "coins": {name: draws.uniform(f"coin_{name}", 1)[..., 0] for name in _DOMAINS},
                "slots": {name: draws.integers(f"slot_{name}", 1, slots) for name in _DOMAINS},
            },
        }

    def compile(self, batch, **players):
        # The discriminators judge what the generators have just seen and made.
        pictures = batch["generator"]
        batch = {"generator": pictures, "discriminator": {"real": pictures, "fake": pictures}}
        super().compile(batch=batch, **players)

    def train_step(self, batch):
        """Update the generators, then the discriminators, on those same translations, pooled."""
        self.step.assign_add(1)
        (real,), (drawn,) = updates(batch["generator"]), updates(batch["discriminator"])
        (fake,) = self.generator_player.update(real)
        self._average()
        coins, slots = drawn["coins"], drawn["slots"]
        fake = {
            "a": self.pool_a.exchange(fake["a"], coins["a"], slots["a"]),
            "b": self.pool_b.exchange(fake["b"], coins["b"], slots["b"]),
        }
        self.discriminator_player.update({"real": real, "fake": fake})
        self._notice_failure()
        return no_logs()

    def generator_losses(self, real):
        """Eq. 3 with the identity loss of section 5.2, and the translations."""
        weight = self.config.cycle_weight
        same = []
        if self.config.identity_weight:
            same = [{"a": real["b"], "b": real["a"]}]
        fake, *same = self._run(self.generator, real, *same)
        scores = self.discriminator(fake, training=True)
        cycled = self.generator(fake, training=True)
        losses = {f"g_fool_{name}": self._loss(scores[name], 1.0) for name in _DOMAINS}
        losses |= {f"g_cycle_{name}": weight * l1(cycled[name], real[name]) for name in _DOMAINS}
        weight *= self.config.identity_weight
        for kept in same:
            losses |= {
                f"g_identity_{name}": weight * l1(kept[name], real[name]) for name in _DOMAINS
            }
        return losses, {}, fake

    def discriminator_losses(self, batch):
        """Each discriminator's loss of real and of generated images, over d_ratio."""
        real, fake = self._run(self.discriminator, batch["real"], batch["fake"])
        ratio = self.config.d_ratio
        losses = {f"d_real_{name}": self._loss(real[name], 1.0) / ratio for name in _DOMAINS}
        losses |= {f"d_fake_{name}": self._loss(fake[name], 0.0) / ratio for name in _DOMAINS}
        return losses, {}
