"""Metrics of generated images: their names, directions and needs.

Nothing is imported before a metric is computed, so that `--help` can list the names.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

# Networks in whose features distances are measured.
FEATURES = ("classifier", "perceptual", "inception")
_ACCURACY = "accuracy"
# Prefixes of the metrics that say how often a classifier reads the requested label: in generated
# images, and in edited ones.
_REQUESTED = (f"{_ACCURACY}_", "changed_")
# Columns of the discriminator's overfitting.
_SCORES = "discriminator's mean score"
_PANELS = {
    "score_training": _SCORES,
    "score_held_out": _SCORES,
    "score_auc": "training against held-out images, 0.5: alike",
}


class Metric(NamedTuple):
    """A metric of generated images.

    name: in evaluation.json and metrics.csv.
    higher_is_better: None if the value should equal the value of real images.
    needs: the attribute of `kerasgan.evaluation.needs.Needs` that holds the function's arguments.
    function: "module:name" in `kerasgan.evaluation`; it returns an `Estimate`, or a float whose
        interval follows from a jackknife of the arguments.
    is_per_label: whether the values of single labels follow it, named `name_label`; the function
        takes the label as `label`.
    is_evaluated: whether `kerasgan evaluate` computes it.
    is_monitored: whether `--evaluate-every` computes it, and `--best-metric` may name it.
    """

    name: str
    higher_is_better: bool | None
    needs: str
    function: str
    is_per_label: bool = False
    is_evaluated: bool = True
    is_monitored: bool = False

    def variants(self, labels: Iterable[str]) -> dict[str, dict[str, str]]:
        """Names of the values and the options that each is computed with, {name: options}.

        Args:
            labels: names of the data's labels.
        """
        names = labels if self.is_per_label else ()
        return {self.name: {}, **{f"{self.name}_{name}": {"label": name} for name in names}}

    @property
    def compute(self) -> Callable:
        """The function, imported on use."""
        module, name = self.function.split(":")
        return getattr(importlib.import_module(f"kerasgan.evaluation.{module}"), name)


def _of_features(prefix: str, needs: str) -> tuple[Metric, ...]:
    """The four metrics of neighbourhoods in a space of features."""
    return tuple(
        Metric(f"{prefix}{name}", True, needs, f"metrics.distances:{name}")
        for name in ("precision", "recall", "density", "coverage")
    )


# In the order of evaluation.json.
METRICS = (
    Metric("faces_in_25", True, "cascade", "metrics.face_count:mean_count"),
    Metric(
        _ACCURACY, True, "labels", "metrics.accuracy:share", is_per_label=True, is_monitored=True
    ),
    Metric(
        "gan_train_accuracy", True, "gan_train_labels", "metrics.accuracy:share", is_per_label=True
    ),
    Metric(
        "frechet_distance",
        False,
        "classifier_features",
        "metrics.distances:frechet_distance",
        is_monitored=True,
    ),
    Metric("kernel_distance", False, "classifier_features", "metrics.distances:kernel_distance"),
    *_of_features("", "classifier_features"),
    Metric("intra_kernel", False, "classifier_values", "metrics.values:mean", is_per_label=True),
    Metric("fid", False, "fid_features", "metrics.distances:frechet_distance"),
    Metric("kid", False, "fid_features", "metrics.distances:kernel_distance"),
    # Of another network than the FID's, so they have other names.
    Metric("inception_frechet", False, "inception_features", "metrics.distances:frechet_distance"),
    Metric("inception_kernel", False, "inception_features", "metrics.distances:kernel_distance"),
    Metric("perceptual_quotient", False, "perceptual_sample", "metrics.distances:frechet_quotient"),
    Metric(
        "perceptual_frechet",
        False,
        "perceptual_features",
        "metrics.distances:frechet_distance",
        is_monitored=True,
    ),
    Metric("perceptual_kernel", False, "perceptual_features", "metrics.distances:kernel_distance"),
    *_of_features("perceptual_", "perceptual_features"),
    Metric(
        "perceptual_intra_kernel",
        False,
        "perceptual_values",
        "metrics.values:mean",
        is_per_label=True,
    ),
    Metric("flatness", None, "images", "metrics.flatness:flatness"),
    Metric("flatness_halved", None, "images", "metrics.flatness:flatness_halved"),
    Metric(
        "flatness_difference",
        False,
        "real_flatness",
        "metrics.flatness:flatness_difference",
        is_evaluated=False,
        is_monitored=True,
    ),
    Metric(
        "sliced_wasserstein",
        False,
        "pixels",
        "metrics.distances:sliced_wasserstein",
        is_monitored=True,
    ),
    Metric("near_copies", False, "copy_ratios", "metrics.copies:near_copies"),
    Metric("ms_ssim_within_condition", False, "conditions", "metrics.diversity:ms_ssim_within"),
)
_BY_NAME = {metric.name: metric for metric in METRICS}
EVALUATED = tuple(metric for metric in METRICS if metric.is_evaluated)
MONITORED = tuple(metric for metric in METRICS if metric.is_monitored)
# Choices of `--best-metric`.
CONDITIONAL = tuple(metric.name for metric in MONITORED)
UNCONDITIONAL = tuple(metric.name for metric in MONITORED if metric.needs != "labels")


def is_better(name: str, value: float, best: float) -> bool:
    """Whether a value of this metric is better than the best so far."""
    return value > best if _BY_NAME[name].higher_is_better else value < best


def panel(name: str) -> str:
    """Title of the plot that shows a metric: accuracies share one, and so do mean scores."""
    if f"{name}_".startswith(_REQUESTED[0]):
        return _ACCURACY
    return _PANELS.get(name, name.replace("_", " "))


def accuracies(values: Mapping[str, float]) -> dict[str, float]:
    """How often a classifier reads the requested label, {label: share}, among metrics' values."""
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        for prefix in _REQUESTED
        if name.startswith(prefix)
    }
