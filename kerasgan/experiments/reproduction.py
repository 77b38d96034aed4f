"""An experiment of a course report as a sweep, with the claims of the report."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kerasgan.configs import Config
from kerasgan.experiments import claims
from kerasgan.experiments.claims import Claim
from kerasgan.experiments.comparison import RunResults, by_setting, table_of
from kerasgan.experiments.sweeps import Planned

# Of the images, where a preset of a report holds nothing out.
_HELD_OUT = ("--val-fraction", "0.1")


class Reproduction(NamedTuple):
    """An experiment.

    settings: {name: arguments of `kerasgan train`}.
    claims: the results that the report states.
    preset: of all settings, unless the options name another.
    evaluated: whether a claim needs evaluations, for which a tenth of the images is held out.
    counts_faces: whether these may count faces, the report's measure of images.
    same_batches: whether all settings train on as many batches of real images as the first.
    columns: {heading: unweighted final values of a run -> number}, the table of the report, if it
        has one.
    reported: {setting: the report's numbers}, the rows of that table.
    figure: the results and a folder -> figures of the report as HTML, see `figures`.
    has_photos: whether photos may be translated by all settings.
    may_fail: whether a run that ends by a failure belongs to the experiment.
    """

    settings: dict[str, tuple[str, ...]]
    claims: tuple[Claim, ...]
    preset: str = ""
    evaluated: bool = False
    counts_faces: bool = False
    same_batches: bool = False
    columns: Mapping[str, Callable[[dict[str, float]], float]] = MappingProxyType({})
    reported: Mapping[str, Sequence[float]] = MappingProxyType({})
    figure: Callable[[Sequence[RunResults], Path], list[str]] = lambda compared, folder: []
    has_photos: bool = False
    may_fail: bool = False

    @property
    def claim(self) -> str:
        """The claims, in words."""
        return " ".join(claim.text for claim in self.claims)


def plan(
    reproduction: Reproduction,
    options: Sequence[str],
    seeds: int,
    parse: Callable[[str, Sequence[str]], Config],
) -> list[Planned]:
    """The runs of an experiment, with additional options of `kerasgan train`.

    Args:
        parse: the config that `kerasgan train` would make of a model and options.
    """
    planned, first = [], None
    preset = ("--preset", reproduction.preset) if reproduction.preset else ()
    held_out = _HELD_OUT if reproduction.evaluated else ()
    for setting, (model, *own) in reproduction.settings.items():
        words = [*preset, *held_out, *options, *own]
        if reproduction.same_batches:
            config = parse(model, words)
            first = first or config
            words += _length(first, config)
        planned += [
            Planned(setting, seed, (model, *words, "--seed", str(seed))) for seed in range(seeds)
        ]
    return planned


def judged(reproduction: Reproduction, compared: Sequence[RunResults]) -> list[str]:
    """Lines with the report's numbers beside these, if it has some, and verdicts on its claims."""
    groups = by_setting(compared)
    runs_of_seeds = [
        dict(zip(groups, runs, strict=True)) for runs in zip(*groups.values(), strict=True)
    ]
    lines = []
    if reproduction.columns:
        lines.append(table_of(compared, reproduction.columns, reproduction.reported))
    for claim in reproduction.claims:
        lines += claims.lines(claims.judge(claim, runs_of_seeds), len(runs_of_seeds))
    return lines


def _length(first: Config, config: Config) -> list[str]:
    """Options by which a config takes as many batches of real images as the first."""
    if first.epochs:
        return ["--epochs", str(first.epochs)]
    return ["--steps", str(max(first.steps * first.d_steps // config.d_steps, 1))]


def varied(
    model: str, option: str, *values: str, shared: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Settings that differ in one option of a model."""
    return {
        f"{option} {value}": (model, *shared, f"--{option}", *value.split()) for value in values
    }
