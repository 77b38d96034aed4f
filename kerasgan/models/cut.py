"""CUT and FastCUT.

Reference: Park, Efros, Zhang and Zhu 2020, "Contrastive Learning for Unpaired Image-to-Image
Translation" (arXiv:2007.15651).
"""

from functools import partial

import keras
import tensorflow as tf
from keras import ops

from kerasgan.configs.cut import CUTConfig
from kerasgan.losses import binary_accuracy, l1, least_squares, patch_nce
from kerasgan.models.base import Networks
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.models.unpaired import UnpairedModel
from kerasgan.networks import cut, cyclegan
from kerasgan.utils.sizes import sides


@keras.saving.register_keras_serializable("kerasgan")
class CUT(UnpairedModel, SharedFakesModel):
    """A generator from a to b, a discriminator of b, and heads that compare patches.

    A patch of a translation should resemble the patch of the original at the same position more
    than other patches of the original. `generator` maps {a} to {b}; `heads` are trained with it.

    Examples:
        >>> gan = kerasgan.CUT(image_size=256)
        >>> gan.compile()
        >>> gan.fit(tf.data.Dataset.zip((horses, zebras)), epochs=10)
    """

    CONFIG = CUTConfig
    config: CUTConfig

    def __init__(self, labels=None, **options):
        super().__init__(labels, **options)
        config = self.config
        encoder = cut.encoder(self.generator.get_layer("a_to_b"), config.blocks)
        features = encoder(keras.Input((*sides(config.image_size), 3)))
        self.heads = cut.heads({name: tensor.shape[-1] for name, tensor in features.items()})
        self._areas = {name: tensor.shape[1] * tensor.shape[2] for name, tensor in features.items()}
        # A model in an attribute is saved, and the encoder's layers are the generator's already.
        self._encode = partial(encoder, training=True)

    def build_networks(self, config, schema):
        return Networks(
            discriminator=cyclegan.discriminator(config.width, config.d_norm, config.antialias),
            generator=self.build_generators(config),
        )

    @property
    def generator_variables(self):
        return [*super().generator_variables, *self.heads.trainable_variables]

    def sample_discriminator_batch(self, random, updates):
        config, images = self.config, random.images()
        mirrored_share = 0.5 if config.flip_equivariance else 0.0
        return {
            "source": images["a"],
            "image": images["b"],
            "is_mirrored": random.uniform("flip_equivariance", updates) < mirrored_share,
            "positions": {
                name: random.distinct_integers(
                    f"positions_{name}", updates, min(config.num_patches, area), area
                )
                for name, area in self._areas.items()
            },
            "real_augmentation": random.augmentation("real", updates),
            "augmentation": random.augmentation("fake", updates),
        }

    def generate(self, batch):
        return self._translate(batch["source"], batch["is_mirrored"])

    def discriminator_losses(self, batch, fakes):
        """Least squares of the scores of real and of generated images of b."""
        seen = (
            self.augment(batch["image"], batch["real_augmentation"]),
            self.augment(fakes, batch["augmentation"]),
        )
        real, fake = (self.discriminator(images, training=True) for images in seen)
        losses = {"d_real": least_squares(real, 1.0), "d_fake": least_squares(fake, 0.0)}
        metrics = {
            "d_accuracy_real": binary_accuracy(ops.mean(real, axis=(1, 2)), 1, 0.5),
            "d_accuracy_fake": binary_accuracy(ops.mean(fake, axis=(1, 2)), 0, 0.5),
        }
        for kind, images in zip(("real", "fake"), (batch["image"], fakes), strict=True):
            metrics |= self.distances(kind, {"": images})
        if self.config.penalty_weight:
            losses["d_penalty"], (r1, r2) = self.penalties(self.discriminator, *seen)
            metrics |= {"d_r1": r1, "d_r2": r2}
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """Eq. 5, whose last term is left out if its weight is 0."""
        config = self.config
        seen = self.augment(fakes, batch["augmentation"])
        scores = self.discriminator(seen, training=True)
        losses = {
            "g_fool": least_squares(scores, 1.0),
            "g_nce": config.nce_weight * self._nce(batch["source"], fakes, batch),
        }
        if config.identity_weight:
            same = self._translate(batch["image"], batch["is_mirrored"])
            identity = self._nce(batch["image"], same, batch)
            losses["g_nce_identity"] = config.identity_weight * identity
        return losses, {"g_change": l1(fakes, batch["source"])}

    def _nce(self, images, translated, batch):
        """Mean of `patch_nce` over the layers, between images and their translations.

        Features of translations of mirrored images are mirrored back.
        """
        queries = {
            name: mirrored(features, batch["is_mirrored"])
            for name, features in self._encode(translated).items()
        }
        queries = self._vectors(queries, batch["positions"])
        keys = self._vectors(self._encode(images), batch["positions"])
        losses = [
            patch_nce(queries[name], ops.stop_gradient(keys[name]), self.config.temperature)
            for name in queries
        ]
        return sum(losses) / len(losses)

    def _vectors(self, features, positions):
        """Unit vectors [B, P, 256] of the features at the positions of each layer."""
        flat = {
            name: ops.reshape(features[name], (-1, area, features[name].shape[-1]))
            for name, area in self._areas.items()
        }
        patches = {name: tf.gather(flat[name], positions[name], batch_dims=1) for name in flat}
        return self.heads(patches, training=True)

    def _translate(self, images, is_mirrored):
        """Translations of images, of which some are mirrored first."""
        return self.generator({"a": mirrored(images, is_mirrored)}, training=True)["b"]


def mirrored(images, is_mirrored):
    """Images or features [B, H, W, C], mirrored left to right where `is_mirrored` [B, 1] holds."""
    return ops.where(is_mirrored[..., None, None], ops.flip(images, axis=2), images)
