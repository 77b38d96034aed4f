"""Faults in what all models share, as in `papers`."""

_STEPS = [
    "tests/test_step_random.py", "tests/test_unpaired.py", "tests/test_paper_inputs.py",
    "tests/test_augmentation.py", "-k",
    "test_step_random.py or every_epoch or squares or anew or decide or alpha or of_cwgan_gp"
    " or are_mirrored",
]  # fmt: skip

FOUNDATIONS = {
    "kerasgan/losses.py": (
        ["tests/test_losses.py", "tests/test_cut.py", "-k", "test_losses or patch_nce"],
        {
            "ops.softplus(logits) - target * logits": "ops.softplus(logits) + target * logits",
            'ops.square(ops.cast(scores, "float32") - target)': (
                'ops.abs(ops.cast(scores, "float32") - target)'
            ),
            'ops.cast(others, "float32") - ops.cast(scores, "float32")': (
                'ops.cast(scores, "float32") - ops.cast(others, "float32")'
            ),
            "ops.square(norms - 1.0)": "ops.square(norms)",
            "ops.mean(ops.abs(ops.cast(images": "ops.mean(ops.square(ops.cast(images",
            "-ops.sum(labels * log_probabilities) / ops.shape(logits)[0]": (
                "-ops.sum(labels * log_probabilities) / ops.sum(labels)"
            ),
            "ops.equal(scores[:, 0] > threshold, target == 1)": (
                "ops.equal(scores[:, 0] > 0, target == 1)"
            ),
            "ops.mean(difference, axis=-1) > 0": "ops.max(difference, axis=-1) > 0",
            'ops.cast(correct, "float32"), ops.sum(labels, axis=-1)': (
                'ops.cast(correct, "float32"), ops.ones_like(correct)'
            ),
            "* 2 * count / (count - 1))": "* 2)",
        },
    ),
    "kerasgan/models/image_pool.py": (
        ["tests/test_image_pool.py"],
        {
            "coin < self.exchange_probability": "coin > self.exchange_probability",
            "coin < self.exchange_probability)": "coin < 0.5)",
            "is_filling = self.count.value < self.size": (
                "is_filling = self.count.value <= self.size"
            ),
            "tf.where(is_filling, self.count.value, slot)": "slot",
            "tf.where(is_stored, image, old)[None]": "image[None]",
            "tf.where(is_stored & ~is_filling, old, image)": "tf.where(is_stored, old, image)",
            "self.count.assign_add(tf.cast(is_filling, tf.int64))": "self.count.assign_add(1)",
            "is_stored = tf.logical_or(is_filling, ": "is_stored = tf.logical_and(is_filling, ",
            "if not self.size:\n            return images": (
                "if not self.size:\n            return tf.zeros_like(images)"
            ),
            "old = tf.gather(self.images.value, index)": (
                "old = tf.gather(self.images.value, self.size - 1 - index)"
            ),
        },
    ),
    "kerasgan/optimizers.py": (
        ["tests/test_optimizers.py", "tests/test_schedules.py"],
        {
            "beta2_power=self.beta_2**step": "beta2_power=self.beta_1**step",
            "step = tf.cast(self.iterations + 1": "step = tf.cast(self.iterations",
            "root = ops.sqrt(mean_square) + self.epsilon": (
                "root = ops.sqrt(mean_square + self.epsilon)"
            ),
            "(1.0 - rho) * ops.square(gradient)": "rho * ops.square(gradient)",
            "max(self._rates - 1 - first, 1)": "max(self._rates - first, 1)",
            "update // (self.updates * self.interval)": "update // self.interval",
            "0.0, 1.0)\n\n    def get_config": "0.0, 2.0)\n\n    def get_config",
            "self._progress(update, self._rates // 2)": "self._progress(update, 0)",
            "ops.cos(math.pi * self._progress": "ops.cos(2 * math.pi * self._progress",
            "final * (rate / generator)": "final",
        },
    ),
    "kerasgan/models/player.py": (
        ["tests/test_player.py", "tests/test_accumulation.py", "-k", "not whole_batch"],
        {
            "ops.sum(value * weight) for value": "ops.sum(value) for value",
            "self.weights.assign_add(weights)": "self.weights.assign(weights)",
            "for variable in self.variables:\n            variable.assign(ops.zeros": (
                "for variable in self.variables[:1]:\n            variable.assign(ops.zeros"
            ),
            "total = sum(losses.values()) /": "total = next(iter(losses.values())) /",
            "self.optimizer.scale_loss(total)": "total",
            "tape or self.tape())": "self.tape())",
            "/ self.optimizer.scale_loss(1.0)": "/ 1.0",
            "ops.where(finite, norm, 0.0)[None], ops.cast(finite": (
                "ops.where(finite, norm, 0.0)[None], ops.cast(norm >= 0"
            ),
            "tape.watch([variable.value for variable in self.trained])": (
                "tape.watch([variable.value for variable in self.trained[:1]])"
            ),
            "return [metrics, *outputs]": "return [losses, *outputs]",
        },
    ),
    "kerasgan/models/step_random.py": (
        _STEPS,
        {
            "tf.stack([tf.constant(seed, tf.int64), step])": (
                "tf.stack([tf.constant(seed, tf.int64), 0 * step])"
            ),
            "tf.constant(seed, tf.int64), step": "tf.constant(0, tf.int64), step",
            "stddev * tf.random.stateless_normal": "tf.random.stateless_normal",
            "[self._batch_size, updates], self._key(name), 0, maximum, tf.int64": (
                "[self._batch_size, updates], self._key(name), 0, maximum - 1, tf.int64"
            ),
            "[self._batch_size, updates, 1], self._key(name), low, high": (
                "[self._batch_size, updates, 1], self._key(name), low, low + high"
            ),
            "zlib.crc32(name.encode())": "len(name)",
            "distance = 1 + self.integers": "distance = self.integers",
            "tf.reverse(images, [3])": "tf.reverse(images, [2])",
            'top = self.integers(f"top_{name}", 1, images.shape[1] - height + 1)': (
                'top = self.integers(f"top_{name}", 1, images.shape[1] - height)'
            ),
            "tf.where(is_flipped, across[::-1], across)": "across",
        },
    ),
    "kerasgan/runs/checkpoints.py": (
        [
            "tests/test_checkpoints.py",
            "tests/test_archives.py",
            "tests/test_batch_norm_recalibration.py",
            "-k",
            "test_checkpoints or test_archives or saving_recalibrates",
        ],
        {
            "model.complete_average()": "pass",
            "files.check_space(path,": "(lambda *_: None)(path,",
            "        files.sync(record)": "        pass",
            "    _read(run, path)\n    older": "    older",
            "if at < step]": "]",
            "[: max(0, len(older) + 1 - run.config.keep_checkpoints)]": (
                "[: max(0, len(older) - run.config.keep_checkpoints)]"
            ),
            "arrays.verify()": "pass",
            "if error.errno != errno.EINVAL:": "if error.errno == errno.EINVAL:",
            "if wrong := sorted(actual.keys() ^ variables.keys()):": (
                "if wrong := sorted(variables.keys() - actual.keys()):"
            ),
            "            path.rename(aside)\n": "",
        },
    ),
}
