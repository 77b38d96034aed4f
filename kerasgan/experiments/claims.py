"""Claims of the course reports, and how runs confirm them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate
from kerasgan.experiments.comparison import RunResults

# The runs of one seed, {setting: its run}.
Runs = Mapping[str, RunResults]
AGREES, DISAGREES, UNDECIDED = "agrees", "disagrees", "cannot tell"


class Claim(NamedTuple):
    """A result that a report states.

    text: in a sentence.
    margins: what must hold, {in words: runs of one seed -> number}: above 0 if it holds, and the
        more the clearer; below 0 if it does not; NaN where it was not measured.
    """

    text: str
    margins: Mapping[str, Callable[[Runs], float]]


class Verdict(NamedTuple):
    """Whether runs confirm a claim.

    margins: {in words: mean over the seeds, with its 95% interval if there are several}.
    """

    claim: Claim
    margins: dict[str, Estimate]

    @property
    def word(self) -> str:
        """AGREES if all margins are above 0, DISAGREES if one is below, else UNDECIDED.

        An interval that includes 0 decides nothing.
        """
        if any(margin.high < 0 for margin in self.margins.values()):
            return DISAGREES
        holds = all(margin.low > 0 for margin in self.margins.values())
        return AGREES if holds else UNDECIDED


def judge(claim: Claim, runs_of_seeds: Sequence[Runs]) -> Verdict:
    """Judge a claim by the runs of one or several seeds."""
    margins = {
        words: _estimate([float(margin(runs)) for runs in runs_of_seeds])
        for words, margin in claim.margins.items()
    }
    return Verdict(claim, margins)


def _estimate(values: Sequence[float]) -> Estimate:
    return Estimate(*3 * list(values)) if len(values) == 1 else intervals.mean(np.array(values))


def lines(verdict: Verdict, count: int) -> list[str]:
    """A verdict in words.

    Args:
        count: number of seeds.
    """
    seeds = "one seed" if count == 1 else f"{count} seeds"
    return [
        f"The report: {verdict.claim.text}",
        *(f"  {words}: {_text(margin)}" for words, margin in verdict.margins.items()),
        f"This reproduction {verdict.word} ({seeds}; above 0: as claimed).",
    ]


def _text(margin: Estimate) -> str:
    if np.isnan(margin.value):
        return "not measured"
    interval = "" if margin.low == margin.high else f", {margin.low:.3g} to {margin.high:.3g}"
    return f"{margin.value:.3g}{interval}"


def final(run: RunResults, name: str) -> float:
    """A final value; NaN if it is absent."""
    return run.final().get(name, np.nan)


def finals(runs: Runs, name: str) -> np.ndarray:
    """A final value of every setting, [n]."""
    return np.array([final(run, name) for run in runs.values()])


def swing(run: RunResults, name: str) -> float:
    """Standard deviation of a column within the second half of its rows."""
    column = run.metrics.get(name, np.array([np.nan]))
    return float(np.std(column[len(column) // 2 :]))


def quality(run: RunResults) -> float:
    """How good the images are, more being better; NaN without an evaluation.

    The report's measure, the faces found in grids of 25 images, where a cascade has counted them;
    else the negated Frechet distance.
    """
    faces = final(run, "faces_in_25")
    return -final(run, "frechet_distance") if np.isnan(faces) else faces


def less(name: str, first: str, second: str) -> Callable[[Runs], float]:
    """The margin by which a final value of the first setting is less than the second's."""
    return lambda runs: final(runs[second], name) - final(runs[first], name)


def more(name: str, first: str, second: str) -> Callable[[Runs], float]:
    """The margin by which a final value of the first setting is more than the second's."""
    return less(name, second, first)
