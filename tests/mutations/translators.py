"""Faults in the models of unpaired images, as in `papers`."""

_CYCLEGAN = [
    "tests/test_cyclegan.py", "tests/test_paper_inputs.py", "-k",
    "numpy or penalties or divided or left_out or reach_both or translated_once or both_cycles"
    " or [cyclegan",
]  # fmt: skip
_CUT = [
    "tests/test_cut.py", "tests/test_paper_inputs.py", "-k",
    "(test_cut.py and not two_steps) or [cut",
]  # fmt: skip

TRANSLATORS = {
    "kerasgan/models/cyclegan.py": (
        _CYCLEGAN,
        {
            "cycle_weight * l1(cycled[name], real[name])": "l1(cycled[name], real[name])",
            "cycle_weight * self.config.identity_weight": "self.config.identity_weight",
            '[{"a": real["b"], "b": real["a"]}]': "[real]",
            "self._loss(real[name], 1.0) / ratio": "self._loss(real[name], 1.0)",
            "self._loss(fake[name], 0.0)": "self._loss(fake[name], 1.0)",
            '"b": self.pool_b.exchange(fakes["b"]': '"b": self.pool_a.exchange(fakes["b"]',
            'coins["b"], slots["b"])': 'coins["a"], slots["a"])',
            "self._loss(scores[name], 1.0) for": "self._loss(scores[name], 0.0) for",
            "identity_weight * l1(same[name], real[name])": (
                "identity_weight * l1(same[name], fakes[name])"
            ),
            'cycles = losses["g_cycle_a"] + losses["g_cycle_b"]': (
                'cycles = losses["g_cycle_a"] + losses["g_cycle_a"]'
            ),
        },
    ),
    "kerasgan/models/cut.py": (
        _CUT,
        {
            "mirrored_share = 0.5 if": "mirrored_share = 1.0 if",
            '"source": images["a"]': '"source": images["b"]',
            '"d_fake": least_squares(fake, 0.0)': '"d_fake": least_squares(fake, 1.0)',
            '"g_fool": least_squares(scores, 1.0)': '"g_fool": least_squares(scores, 0.0)',
            "config.nce_weight * self._nce": "self._nce",
            "config.identity_weight * identity": "config.nce_weight * identity",
            'self._nce(batch["image"], same, batch)': 'self._nce(batch["source"], same, batch)',
            "ops.stop_gradient(keys[name])": "keys[name]",
            'name: mirrored(features, batch["is_mirrored"])': "name: features",
            "return sum(losses) / len(losses)": "return sum(losses)",
        },
    ),
}
