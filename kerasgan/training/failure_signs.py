"""Signs of failing runs, seen in the columns of metrics.csv.

The signs are the course report's; where it names no number, the constant here says where its own
comes from. A sign looks at the columns it needs and is silent where a model has none of them: what
a Wasserstein critic gives are scores without a unit, so that no value of theirs is a sign.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kerasgan.configs.base import Config, option_name

# {column: [rows]}, all of one length, in the order of "step".
History = dict[str, np.ndarray]

# Steps for which a sign must last, and before which none but NaN is one. D's early lead over G,
# which a healthy run makes up for, is shorter, and so is the time of leaping gradients and of
# images that are all alike.
LONG = 500
# Rows below which a trend is not told from chance.
ROWS = 8

# The report: "D loss at 0 (kill the run)". This is 99% certainty of every image, -2 log 0.99; the
# lowest in a healthy run was 0.09 (gan, quick).
CERTAIN = 0.02
# The report, and ganhacks, its source: gradient norms over 100. The highest in a healthy run whose
# losses are no critic's was 69 (gan with lsgan, quick).
GRADIENT_NORM = 100.0
# The report: with G's loss below 0.5 the images were bad. D takes them for real then: -log 0.6.
FOOLED = 0.5
# G's loss reached 6.0 in a healthy run (gan, quick), 2.8 in the report's.
LOST = 8.0
# D's loss on real images where it gives them 95%; that run's was 0.047 once.
KNOWN = 0.05
# A trend is a change by a quarter within LONG steps.
TREND = 1.25
# A class loss that falls by less than a tenth within twice LONG steps stays where it is; the
# slowest that was learned fell by a fifth (acgan, 16x16, a quarter of the filters).
STEADY = 0.9
# D guesses where it is right about less than this share of real images.
GUESSED = 0.3
# G learns to show what D can read: in that run G's class loss fell only from 0.77 on.
READ = 0.8
# How many times D's class loss G's is where it ignores its labels; in the report's finished runs
# it is below D's.
IGNORED = 2.0
# The share of its first value below which G's class loss has been learned: acgan's at 64x64 stayed
# at a twelfth for 1,000 steps, twice D's, while a classifier read 99% of the eyes as asked.
LEARNT = 0.25
# Share of the distance between real images. Generated ones kept at least 0.12 of it in healthy
# runs (gan with lsgan, quick, in the first 300 steps), and 0.02 or less in a collapsed one.
COLLAPSED = 0.05

_LOWER = "a lower"
_SLOWER = {"learning_rate": _LOWER}
# The report adds noise to real images where D knows them by heart; another course report saw
# fewer collapses with noisy targets, and D's loss near 0 with a large learning rate.
_WEAKER_D = {"instance_noise": "a higher", "label_noise": "", "d_ratio": "a higher", **_SLOWER}


@dataclass(frozen=True)
class FailureSign:
    """What a history shows.

    name: the same for as long as the sign lasts.
    value: what was seen last; None for what is not finite.
    since: the step since which it is so.
    message: both in a sentence, and what that means.
    remedies: {field of some config: how to change it}.
    fatal: whether a run is not expected to recover.
    """

    name: str
    value: float | None
    since: int
    message: str
    remedies: Mapping[str, str]
    fatal: bool = False

    def advice(self, config: Config) -> str:
        """What to try: those of the remedies that this config has and does not yet use."""
        options = vars(config)
        words = []
        for field, change in self.remedies.items():
            now = options.get(field, True)
            if now is False:
                words.append(f"--{option_name(field)}")
            elif now is not True:
                text = str(now).strip("()")
                words.append(f"{change} --{option_name(field)} (now {text})")
        return f"try a new run with {', or '.join(words)}"


def signs(history: History) -> list[FailureSign]:
    """What is wrong by the end of a history, worst first; nothing of a healthy one.

    Args:
        history: the columns of metrics.csv so far; needs "step" alone.
    """
    checks = [_not_finite, _collapse]
    if "d_wasserstein" not in history:
        checks += [_certain, _memorising, _fooled] if "g_fool" in history else [_certain]
    checks += [_stuck, _gradient_norms]
    return [sign for check in checks for sign in check(history)] if history["step"].size else []


def _since(steps: np.ndarray, holds: np.ndarray, long: int) -> int | None:
    """The step since which `holds` is true, if that is `long` steps ago or more."""
    wrong = np.flatnonzero(~holds)
    first = wrong[-1] + 1 if wrong.size else 0
    if first < len(steps) and steps[-1] - steps[first] >= long:
        return int(steps[first])
    return None


def _quarters(history: History, column: str, long: int) -> tuple[int, np.ndarray]:
    """Where the last `long` steps begin, and the column's means over their four quarters.

    The means are NaN, which compares false to everything, where the history is shorter.
    """
    steps = history["step"]
    first = min(int(np.searchsorted(steps, steps[-1] - long)), len(steps) - ROWS)
    if first < 0 or steps[-1] - steps[0] < long:
        return int(steps[0]), np.full(4, np.nan)
    parts = np.array_split(history[column][first:], 4)
    return int(steps[first]), np.array([part.mean() for part in parts])


def _not_finite(history: History) -> Iterator[FailureSign]:
    """A loss or gradient is NaN or infinite; an accuracy is NaN where no image has a label."""
    wrong = [
        column
        for column, values in history.items()
        if column.startswith(("d_", "g_"))
        and "accuracy" not in column
        and not np.isfinite(values[-1])
    ]
    if wrong:
        since = int(history["step"][-1])
        message = f"a loss or gradient was not finite at step {since} ({', '.join(wrong)})"
        yield FailureSign("not-finite", None, since, message, _SLOWER, fatal=True)


def _collapse(history: History) -> Iterator[FailureSign]:
    """Mode collapse: the generated images of a batch are nearly the same."""
    if "d_distance_fake" not in history:
        return
    fake, real = history["d_distance_fake"], history["d_distance_real"]
    since = _since(history["step"], fake < COLLAPSED * real, LONG)
    if since is not None:
        message = (
            f"generated images of a batch differ by {fake[-1]:.2g}, real ones by "
            f"{real[-1]:.2g}, since step {since}: G draws nearly the same image every time"
        )
        remedies = {"label_noise": "", "critic_steps": "more", **_SLOWER}
        yield FailureSign("collapse", fake[-1], since, message, remedies, fatal=True)


def _certain(history: History) -> Iterator[FailureSign]:
    """D has won, or that of one of two domains: what G learns from vanishes."""
    losses = {
        domain: (f"d_real{domain} + d_fake{domain}", history[f"d_real{domain}"] + fake)
        for domain in ("", "_a", "_b")
        if (fake := history.get(f"d_fake{domain}")) is not None
    }
    if "d_relativistic" in history:
        losses[""] = ("d_relativistic", history["d_relativistic"])
    for domain, (name, loss) in losses.items():
        since = _since(history["step"], loss < CERTAIN, LONG)
        if since is not None:
            message = (
                f"{name} is {loss[-1]:.2g}, near zero, since step {since}: D tells all generated "
                "images from real ones, and G no longer learns from it"
            )
            yield FailureSign(
                f"d-loss-zero{domain}", loss[-1], since, message, _WEAKER_D, fatal=True
            )


def _memorising(history: History) -> Iterator[FailureSign]:
    """G's loss rises abnormally while D is sure of the real images: it may know them by heart."""
    since, lost = _quarters(history, "g_fool", LONG)
    _, known = _quarters(history, "d_real", LONG)
    if all(np.diff(lost) > 0) and lost[-1] > max(LOST, TREND * lost[0]) and known[-1] < KNOWN:
        message = (
            f"g_fool rose from {lost[0]:.2g} to {lost[-1]:.2g} since step {since} while d_real is "
            f"{known[-1]:.2g}: D may have learnt the real images by heart"
        )
        yield FailureSign("d-memorises", lost[-1], since, message, _WEAKER_D)


def _fooled(history: History) -> Iterator[FailureSign]:
    """G's loss falls steadily: it found a pattern that fools D, whatever its images look like."""
    since, loss = _quarters(history, "g_fool", LONG)
    _, right = _quarters(history, "d_accuracy_fake", LONG)
    if all(np.diff(loss) < 0) and loss[-1] < min(FOOLED, loss[0] / TREND) and right[-1] < 0.5:
        message = (
            f"g_fool fell steadily from {loss[0]:.2g} to {loss[-1]:.2g} since step {since}: G may "
            "have found a pattern that fools D, whatever its images look like"
        )
        remedies = {"loss_weights": "smaller class weights in", "d_steps": "more", **_SLOWER}
        yield FailureSign("g-loss-falling", loss[-1], since, message, remedies)


def _stuck(history: History) -> Iterator[FailureSign]:
    """A class loss does not fall, though the report's do once realism is learned.

    D's: it reads few colours of real images right. G's: D reads them, but not in G's images.
    """
    remedies = {"loss_weights": "larger class weights in", "learning_rate": "another"}
    for column in history:
        measure, _, head = column.rpartition("_")
        if measure != "d_accuracy" or head in ("real", "fake"):
            continue
        since, read = _quarters(history, f"d_{head}", 2 * LONG)
        # Where G has no class loss, nothing can be said of what it shows.
        shown = np.full(4, np.nan)
        if f"g_{head}" in history:
            _, shown = _quarters(history, f"g_{head}", 2 * LONG)
        _, right = _quarters(history, column, 2 * LONG)
        if right[-1] < GUESSED and read[-1] > STEADY * read[0]:
            message = (
                f"d_{head} stays at {read[-1]:.2g} since step {since}, and D is right about "
                f"{right[-1]:.0%} of real images: it does not learn to read their {head}"
            )
            yield FailureSign(f"d-{head}-stuck", read[-1], since, message, remedies)
        elif right[0] > READ and _is_ignored(history, head, read[-1], shown):
            message = (
                f"g_{head} stays at {shown[-1]:.2g} since step {since}, far above d_{head}, "
                f"{read[-1]:.2g}: G does not show the {head} that it is asked for"
            )
            yield FailureSign(f"g-{head}-stuck", shown[-1], since, message, remedies)


def _is_ignored(history: History, head: str, read: float, shown: np.ndarray) -> bool:
    """Whether G's class loss, by quarters, is far above D's and does not fall; not if it is NaN."""
    first = history.get(f"g_{head}", shown)[0]
    return shown[-1] > np.max([IGNORED * read, STEADY * shown[0], LEARNT * first])


def _gradient_norms(history: History) -> Iterator[FailureSign]:
    """A gradient norm is over 100, or, of a critic's scores, over 100 times the run's median.

    Norms grow with the scores, whose unit is each critic's own: in ordinary runs that clip at 0.1
    they were 17,000, at 0.01 between 0.3 and 54. Only a leap is a sign there.
    """
    steps = history["step"]
    if steps[-1] - steps[0] < LONG:
        return
    for player in ("d", "g"):
        norms = history.get(f"{player}_gradient_norm", np.zeros(len(steps)))
        usual, unit = 1.0, ""
        if "d_wasserstein" in history:
            usual = np.median(norms)
            unit = f" times the median so far, {usual:.2g}"
        since = _since(steps, norms > GRADIENT_NORM * usual, 0)
        if since is not None:
            message = (
                f"{player}_gradient_norm is {norms[-1]:.3g}, over {GRADIENT_NORM:g}{unit}, since "
                f"step {since}: the updates are wild"
            )
            remedies = {**_SLOWER, "clip": _LOWER, "penalty_weight": "a higher"}
            yield FailureSign(f"{player}-gradient-norm", norms[-1], since, message, remedies)
