"""Faults a programmer could make in the file of each paper: {file: (tests, {old text: new})}."""

# All but trainings.
_R3GAN = "test_r3gan.py and not found and not networks and not penalty_reaches and not real_ones"
LOSSES, INPUTS = "tests/test_paper_losses.py", "tests/test_paper_inputs.py"


def _cases(name: str, *tests: str) -> list[str]:
    """Arguments of pytest: the cases of a paper, and tests of it alone."""
    return [LOSSES, INPUTS, "-k", " or ".join((f"[{name}-", f"[{name}]", *tests))]


PAPERS = {
    "kerasgan/models/gan.py": (
        _cases("gan", "test_gan", "targets_of_gan", "instance_noise"),
        {
            "if config.instance_noise:": "if False:",
            "shape, config.instance_noise)": "shape, config.sigma)",
            '"fake_target": random.uniform("fake_target", updates, *fake_range)': (
                '"fake_target": random.uniform("fake_target", updates, 0.0, 0.0)'
            ),
            "(0.75, 1.25) if self.config.label_noise": "(0.75, 1.0) if self.config.label_noise",
            '"g_real_target", updates)': '"real_target", updates)',
            'random.normal("g_noise", updates, [config.latent_dim], config.sigma)': (
                'random.normal("g_noise", updates, [config.latent_dim])'
            ),
            'self._loss(fake, batch["fake_target"])': 'self._loss(fake, batch["real_target"])',
            'return self.augment(images, batch["augmentation"])': "return images",
            'losses = {"g_fool": self._loss(fake, batch["real_target"])}': (
                'losses = {"g_fool": -self._loss(fake, 0.0)}'
            ),
            'ops.sigmoid, "lsgan": ops.convert_to_tensor': ('ops.sigmoid, "lsgan": ops.sigmoid'),
        },
    ),
    "kerasgan/models/cgan.py": (
        _cases("cgan", "test_cgan", "of_cgan"),
        {
            'random.combinations("fake", updates)["combination"]': 'real["combination"]',
            '"combination": batch["fake_combination"]}': '"combination": batch["combination"]}',
            'real = self._logits(batch["image"], batch["combination"])': (
                'real = self._logits(batch["image"], batch["fake_combination"])'
            ),
            'fake = self._logits(fakes, batch["fake_combination"])\n        losses = {"d_real"': (
                'fake = self._logits(fakes, batch["combination"])\n        losses = {"d_real"'
            ),
            "bce(fake, 0.0)}": "bce(fake, 1.0)}",
            '{"d_real": bce(real, 1.0)': '{"d_real": bce(fake, 1.0)',
            'return {"g_fool": bce(fake, 1.0)}': 'return {"g_fool": -bce(fake, 0.0)}',
            "[config.latent_dim], config.sigma)": "[config.latent_dim])",
            'return self.augment(self.generator(inputs, training=True), batch["augmentation"])': (
                "return self.generator(inputs, training=True)"
            ),
            '"d_accuracy_fake": binary_accuracy(fake, 0)': (
                '"d_accuracy_fake": binary_accuracy(fake, 1)'
            ),
        },
    ),
    "kerasgan/models/acgan.py": (
        [
            "tests/test_base_model.py",
            *_cases("acgan", "test_acgan", "of_acgan", "schedules_count", "unless_mixed"),
        ],
        {
            "is_joint = self.config.mix_batches": "is_joint = False",
            "if stddev := self.config.instance_noise:": "if stddev := 0.0:",
            '"fake_labels": random.labels(name, updates)': (
                '"fake_labels": random.labels("fake", updates)'
            ),
            'return self._sample_fakes(random, "g_fake", updates)': (
                'return self._sample_fakes(random, "d_fake", updates)'
            ),
            "bce(fake, 0.0),\n        }": "bce(fake, 1.0),\n        }",
            "weights[name] * cross_entropy(logits[name], rows)\n            metrics": (
                'weights["source"] * cross_entropy(logits[name], rows)\n            metrics'
            ),
            "self._weights[name] * cross_entropy": "cross_entropy",
            "penalty_weight / 2 * (r1 + r2)": "penalty_weight / 2 * (r1 + r1)",
            "if self.config.penalty_weight:": "if self.config.instance_noise:",
            'self._weights["source"] * bce(logits["source"], 1.0)': (
                'self._weights["source"] * bce(logits["source"], 0.0)'
            ),
            'for name, rows in batch["fake_labels"].items():': (
                'for name, rows in batch["labels"].items():'
            ),
        },
    ),
    "kerasgan/models/wgan.py": (
        _cases("wgan"),
        {
            "constraint=dcgan.ClipWeights(config.clip)": "constraint=None",
            "dcgan.ClipWeights(config.clip)": "dcgan.ClipWeights(0.01)",
            "return optimizers.rmsprop(self.config.learning_rates)": (
                "return optimizers.adam(self.config.learning_rates, 0.5)"
            ),
            '{"d_real": -ops.mean(real), "d_fake": ops.mean(fake)}': (
                '{"d_real": ops.mean(real), "d_fake": -ops.mean(fake)}'
            ),
            'return {"g_fool": -ops.mean(': 'return {"g_fool": ops.mean(',
            'in algorithm 1 the generator\'s noise is new."""\n        return False': (
                'in algorithm 1 the generator\'s noise is new."""\n        return True'
            ),
            "d_steps=config.critic_steps": "d_steps=1",
            'random.normal("g_noise", updates, [config.latent_dim], config.sigma)': (
                'random.normal("d_noise", updates, [config.latent_dim], config.sigma)'
            ),
            'return self.augment(images, batch["augmentation"])': "return images",
            '"d_wasserstein": ops.mean(real) - ops.mean(fake)': (
                '"d_wasserstein": ops.mean(fake) - ops.mean(real)'
            ),
        },
    ),
    "kerasgan/models/wgan_gp.py": (
        _cases("wgan-gp"),
        {
            "self.config.penalty_weight * gradient_penalty(norms)": "0.0 * gradient_penalty(norms)",
            "self.config.penalty_weight * gradient_penalty": "gradient_penalty",
            '"alpha": random.uniform("alpha", updates)': '"alpha": random.uniform("alpha", 1)',
            'image, fakes, batch["alpha"]\n': 'image, image, batch["alpha"]\n',
            "lambda images: self.discriminator(images, training=True)": (
                "lambda images: self.discriminator(image, training=True)"
            ),
            "fake = self.discriminator(fakes, training=True)": (
                "fake = self.discriminator(fakes, training=False)"
            ),
            '"d_real": -ops.mean(real)': '"d_real": ops.mean(real)',
            "return self.config.share_fakes": "return False",
            'named = {"rmsprop": optimizers.rmsprop, ': 'named = {"rmsprop": adam, ',
            "beta_1=config.beta_1, beta_2=config.beta_2": (
                "beta_1=config.beta_2, beta_2=config.beta_1"
            ),
        },
    ),
    "kerasgan/models/cwgan.py": (
        _cases("cwgan", "generator_of_cwgan"),
        {
            "clip = dcgan.ClipWeights(config.clip)": "clip = None",
            "return optimizers.rmsprop(self.config.learning_rates)": (
                "return optimizers.adam(self.config.learning_rates, 0.5)"
            ),
            "rows[:, -updates:]": "rows[:, :updates]",
            'random.normal("d_noise", updates, [config.latent_dim], config.sigma)': (
                'random.normal("d_noise", updates, [config.latent_dim])'
            ),
            'return self.augment(self.generator(inputs, training=True), batch["augmentation"])': (
                "return self.generator(inputs, training=True)"
            ),
            '"d_real": -ops.mean(real), "d_fake": ops.mean(fake)': (
                '"d_real": -ops.mean(fake), "d_fake": ops.mean(real)'
            ),
            'return {"g_fool": -ops.mean(fake)}': 'return {"g_fool": ops.mean(fake)}',
            "d_steps=config.critic_steps": "d_steps=1",
            '"d_accuracy_real": pair_accuracy(real, fake)': (
                '"d_accuracy_real": pair_accuracy(fake, real)'
            ),
            'self.score(real["image"], real["labels"], training=False)': (
                'self.score(real["image"], real["labels"])'
            ),
        },
    ),
    "kerasgan/models/cwgan_gp.py": (
        _cases("cwgan-gp", "matching_aware", "of_cwgan_gp"),
        {
            "self.config.penalty_weight * gradient_penalty(norms)": "0.0 * gradient_penalty(norms)",
            "lambda images: self.score(images, labels)": (
                'lambda images: self.score(images, batch["mismatched_labels"])'
            ),
            'mismatched = self.score(image, batch["mismatched_labels"])': (
                "mismatched = self.score(image, labels)"
            ),
            '"max": ops.maximum': '"max": ops.minimum',
            "0.5 * fake + 0.5 * mismatched": "fake + mismatched",
            "[self.config.mismatch](fake, mismatched)": "[self.config.mismatch](fake, fake)",
            '"d_fake": ops.mean(joined)': '"d_fake": ops.mean(fake)',
            'random.mismatched_combinations("wrong", batch["combination"])': (
                'random.combinations("wrong", batch["combination"].shape[1])'
            ),
            'image, fakes, batch["alpha"]\n': 'fakes, image, batch["alpha"]\n',
            '"d_mismatch": ops.mean(real) - ops.mean(mismatched)': (
                '"d_mismatch": ops.mean(fake) - ops.mean(mismatched)'
            ),
        },
    ),
    "kerasgan/models/r3gan.py": (
        ["tests/test_r3gan.py", *_cases("r3gan", "(losses and r3gan)", f"({_R3GAN})")],
        {
            "weight * self.config.penalty_decay, steps)": "weight, steps)",
            "self._gamma(self.step - 1) / 2 * (r1 + r2)": "self._gamma(self.step - 1) * (r1 + r2)",
            "self._gamma(self.step - 1)": "self._gamma(self.step)",
            '"d_relativistic": relativistic(real, fake)': (
                '"d_relativistic": relativistic(fake, real)'
            ),
            '{"g_relativistic": relativistic(fake, real)}': (
                '{"g_relativistic": relativistic(real, fake)}'
            ),
            "ops.sum(logits[name] * labels[name], axis=-1)": "ops.max(logits[name], axis=-1)",
            "self.score(both, label)[0], *images": (
                'self.discriminator(both, training=True)["source"], *images'
            ),
            "logits[name][: image.shape[0]]": "logits[name][image.shape[0] :]",
            "config.class_weight * cross_entropy": "cross_entropy",
            "beta_1=0.0, beta_2=0.99": "beta_1=0.5, beta_2=0.99",
        },
    ),
    "kerasgan/models/stargan.py": (
        [
            "tests/test_stargan.py",
            *_cases("stargan", "test_stargan", "of_stargan", "schedules_count"),
        ],
        {
            "tf.roll(rows, 1, axis=0)": "rows",
            "self.weight * gradient_penalty(norms)": "0.0 * gradient_penalty(norms)",
            "self.weight / 2 * (r1 + r2)": "0.0 * (r1 + r2)",
            'image = self.augment(batch["image"], batch["real_augmentation"])': (
                'image = batch["image"]'
            ),
            'fakes = self.augment(fakes, batch["augmentation"])\n        outputs': "outputs",
            '{"image": fakes, **batch["labels"]}': '{"image": fakes, **batch["target"]}',
            'weight * l1(rebuilt, batch["image"])': "weight * l1(rebuilt, fakes)",
            "cross_entropy(outputs[name], target)": (
                'cross_entropy(outputs[name], batch["labels"][name])'
            ),
            '_adversarial.real(outputs["source"])': '_adversarial.fake(outputs["source"])',
            "(config.critic_steps, 1)": "(1, config.critic_steps)",
            "self.config.class_weight * cross_entropy(outputs[name], rows)": (
                "cross_entropy(outputs[name], rows)"
            ),
        },
    ),
}
