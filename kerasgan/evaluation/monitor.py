"""Metrics of a small sample, computed while a model trains."""

from typing import cast

import numpy as np

from kerasgan import metrics
from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets.labelled import Split
from kerasgan.evaluation import generation, inputs, real_sets
from kerasgan.evaluation.features import classifier, efficientnet
from kerasgan.evaluation.inputs import MonitorInputs
from kerasgan.evaluation.needs import Needs
from kerasgan.evaluation.real_sets import NotMet
from kerasgan.metrics import Metric
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

_CLASSIFIER = ("classifier_features", "labels")
_PERCEPTUAL = "perceptual_features"
_NEEDS = {metric.name: metric.needs for metric in metrics.MONITORED}


def check(config: GenerationConfig, split: Split) -> None:
    """Check that a `Monitor` can compute the run's best-metric.

    Raises:
        InvalidInput: if too few images are held out, or the metric's need is not met.
    """
    if split.held_out.size < 2:
        raise InvalidInput(
            f"--evaluate-every must be 0 where fewer than 2 images are held out, got "
            f"{config.evaluate_every} and {split.held_out.size} images are held out; a larger "
            "--val-fraction holds out more"
        )
    unmet = {}
    if not split.held_out.schema.labels:
        unmet |= dict.fromkeys(_CLASSIFIER, f"{config.data} has no labels")
    if not efficientnet.is_installed():
        unmet[_PERCEPTUAL] = f"the weights are not installed ({efficientnet.INSTALL})"
    if reason := unmet.get(_NEEDS[config.best_metric]):
        allowed = [name for name, need in _NEEDS.items() if need not in unmet]
        raise InvalidInput(
            f"--best-metric must be one of {', '.join(allowed)}, got {config.best_metric}: {reason}"
        )


class Monitor:
    """Computes metrics of the same noise and conditions every time, against held-out images.

    The metrics are defined as in `evaluate`. They rank checkpoints of one run; distances between
    such small samples are far above distances between large ones.

    Args:
        run: its config gives the noise, the conditions and the best-metric.
        split: the run's data.
    """

    def __init__(self, run: Run, split: Split):
        config, held_out = cast(GenerationConfig, run.config), split.held_out
        # Perceptual features take seconds each time: only where the best-metric needs them.
        is_perceptual = _NEEDS[config.best_metric] == _PERCEPTUAL
        self._inputs = MonitorInputs(
            config,
            split,
            run.conditions,
            inputs.requested_labels(
                run.conditions, split.training, real_sets.MONITORED, config.seed
            ),
            held_out.pixels(np.arange(min(real_sets.MONITORED, held_out.size))),
            classifier.trained(split.training) if held_out.schema.labels else None,
            config.seed,
            generation.load(["perceptual"] if is_perceptual else []),
        )
        measured = [metric for metric in metrics.MONITORED if self._is_met(metric)]
        labels = held_out.schema.names
        self._values = {
            name: (metric, options)
            for metric in measured
            for name, options in metric.variants(labels).items()
        }
        self.names = tuple(self._values)
        self.every = config.evaluate_every

    def _is_met(self, metric: Metric) -> bool:
        try:
            getattr(self._inputs, metric.needs)
        except NotMet:
            return False
        return True

    def measure(self, model: GeneratesFromNoise) -> dict[str, float]:
        """Metrics of the sampling generator's images, {name: value}."""
        images = model.sampler().generate(self._inputs.requested, self._inputs.seed)
        needs = Needs(self._inputs, images)
        return {
            name: _value(metric, needs, options) for name, (metric, options) in self._values.items()
        }


def _value(metric: Metric, needs: Needs, options: dict[str, str]) -> float:
    samples = getattr(needs, metric.needs)
    return float(metric.compute(*samples.generated, **samples.options, **options))
