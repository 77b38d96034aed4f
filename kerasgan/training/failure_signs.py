"""Signs of a failing run in the columns of metrics.csv.

The signs are from the course report, and so are the thresholds unless a comment gives another
source. A check yields nothing if the model does not log its columns. Thresholds are of unweighted
losses, since Adam undoes a constant factor; a Wasserstein critic's lack a unit, and so thresholds.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from kerasgan.reporting import plots
from kerasgan.training.failure_sign import FailureSign
from kerasgan.training.trends import History, holds_since, quarter_means, unweighted

# Steps for which a sign must hold, and before which only NaN is reported. Transients of healthy
# runs are shorter: the early lead of D over G, jumps of gradients, images that are all alike.
MIN_STEPS = 500

# The report: "D loss at 0 (kill the run)". The value is -2 log 0.99, which is 99% certainty for
# every image; the lowest in a healthy run was 0.09 (gan, quick).
D_LOSS_ZERO = 0.02
# The report and its source, ganhacks: gradient norms over 100. The highest in a healthy run of a
# model without a critic was 69 (gan with lsgan, quick).
MAX_GRADIENT_NORM = 100.0
# The report: images were bad when G's loss was below 0.5. D then classifies them as real: -log 0.6.
LOW_G_LOSS = 0.5
# G's loss reached 6.0 in a healthy run (gan, quick) and 2.8 in the report's.
HIGH_G_LOSS = 8.0
# D's loss on real images at 95% certainty; the lowest in that healthy run was 0.047.
LOW_D_REAL = 0.05
# A trend is a change by a quarter within MIN_STEPS.
TREND_RATIO = 1.25
# A class loss is stuck if it falls by less than a tenth within twice MIN_STEPS; the slowest that
# was learned fell by a fifth (acgan, 16x16, a quarter of the filters).
STUCK_RATIO = 0.9
# D guesses if its accuracy on real images is below this.
GUESSING_ACCURACY = 0.3
# G learns only classes that D can recognise: in the run above G's class loss fell from 0.77 on.
LEARNED_ACCURACY = 0.8
# Ratio of G's to D's class loss above which G ignores its labels; it is below 1 in the report's
# finished runs.
IGNORED_RATIO = 2.0
# G's class loss is learned below this share of its first value: acgan's at 64x64 stayed at a
# twelfth for 1,000 steps, twice D's, while a classifier read 99% of the eyes as requested.
LEARNED_RATIO = 0.25
# Ratio of the distances between generated and between real images. In healthy runs it was at least
# 0.12 (gan with lsgan, quick, in the first 300 steps), in a collapsed one at most 0.02.
COLLAPSED_RATIO = 0.05

# Area under the ROC curve of D's scores of training against held-out images. It was at most 0.58
# with 1,000 and with 4,000 training images, and above 0.71 from step 1,500 on with 100 (gan, 32x32,
# a quarter of the filters, batches of 16, 2,500 steps).
OVERFITTED_AUC = 0.7

# Endings of the columns of a model's only discriminator, or of each domain's.
_DOMAINS = ("", "_a", "_b")
_LOWER = "a lower"
_SLOWER = {"learning_rate": _LOWER}
# The report adds noise to real images when D memorises them; another course report saw fewer
# collapses with noisy targets, and D's loss near 0 with a large learning rate.
_WEAKER_D = {"instance_noise": "a higher", "label_noise": "", "d_learning_rate": _LOWER, **_SLOWER}


def detect_failures(history: History, factors: Mapping[str, float]) -> list[FailureSign]:
    """Signs of failure at the end of a history, most severe first; empty for a healthy run.

    Args:
        history: columns of metrics.csv; only "step" is required.
        factors: constant factors in its losses, see `Config.loss_factors`.
    """
    if not history["step"].size:
        return []
    losses = unweighted(history, factors)
    signs = [*_not_finite(history), *_collapse(history)]
    if "d_wasserstein" not in history:
        signs += _d_loss_zero(losses)
        if "g_fool" in history:
            signs += [*_memorising(losses), *_fooled(losses)]
    return [*signs, *_overfitting(history), *_stuck(history), *_gradient_norms(history)]


def _not_finite(history: History) -> Iterator[FailureSign]:
    """A loss or gradient is NaN or infinite; an accuracy is NaN if no image has a label."""
    columns = [
        column
        for column, values in history.items()
        if column.startswith(("d_", "g_"))
        and "accuracy" not in column
        and not np.isfinite(values[-1])
    ]
    if columns:
        since = int(history["step"][-1])
        message = f"a loss or gradient was not finite at step {since} ({', '.join(columns)})"
        yield FailureSign("not-finite", None, since, message, _SLOWER, fatal=True)


def _collapse(history: History) -> Iterator[FailureSign]:
    """Mode collapse: the generated images of a batch, or of one domain, are nearly the same."""
    for domain in _DOMAINS:
        if f"d_distance_fake{domain}" not in history:
            continue
        fake, real = (history[f"d_distance_{kind}{domain}"] for kind in ("fake", "real"))
        since = holds_since(history["step"], fake < COLLAPSED_RATIO * real, MIN_STEPS)
        if since is not None:
            of = f" of domain {domain[1:]}" if domain else ""
            message = (
                f"generated images{of} of a batch differ by {fake[-1]:.2g}, real ones by "
                f"{real[-1]:.2g}, since step {since}: G generates nearly the same image every time"
            )
            remedies = {"label_noise": "", "critic_steps": "more", **_SLOWER}
            yield FailureSign(f"collapse{domain}", fake[-1], since, message, remedies, fatal=True)


def _d_loss_zero(history: History) -> Iterator[FailureSign]:
    """D, or the D of one domain, separates all images, so G's gradient vanishes."""
    losses = {
        domain: (f"d_real{domain} + d_fake{domain}", history[f"d_real{domain}"] + fake)
        for domain in _DOMAINS
        if (fake := history.get(f"d_fake{domain}")) is not None
    }
    if "d_relativistic" in history:
        losses[""] = ("d_relativistic", history["d_relativistic"])
    for domain, (name, loss) in losses.items():
        since = holds_since(history["step"], loss < D_LOSS_ZERO, MIN_STEPS)
        if since is not None:
            message = (
                f"{name}, unweighted, is {loss[-1]:.2g}, near zero, since step {since}: D "
                "separates all generated images from real ones, and G no longer learns from it"
            )
            yield FailureSign(
                f"d-loss-zero{domain}", loss[-1], since, message, _WEAKER_D, fatal=True
            )


def _memorising(history: History) -> Iterator[FailureSign]:
    """G's loss rises while D is certain about real images: D may have memorised them."""
    since, fool = quarter_means(history, "g_fool", MIN_STEPS)
    _, real = quarter_means(history, "d_real", MIN_STEPS)
    is_rising = all(np.diff(fool) > 0) and fool[-1] > max(HIGH_G_LOSS, TREND_RATIO * fool[0])
    if is_rising and real[-1] < LOW_D_REAL:
        message = (
            f"unweighted, g_fool rose from {fool[0]:.2g} to {fool[-1]:.2g} since step {since} "
            f"while d_real is {real[-1]:.2g}: D may have memorised the real images"
        )
        yield FailureSign("d-memorises", fool[-1], since, message, _WEAKER_D)


def _overfitting(history: History) -> Iterator[FailureSign]:
    """D scores training images above held-out ones, which only a memory of them explains."""
    if "score_auc" not in history:
        return
    steps, areas = plots.known(history, "score_auc")
    since = holds_since(steps, areas > OVERFITTED_AUC, MIN_STEPS)
    if since is not None:
        message = (
            f"D scores a training image above a held-out one {areas[-1]:.0%} of the time since "
            f"step {since}: it overfits, and more training images help most"
        )
        yield FailureSign("d-overfits", areas[-1], since, message, {"augment": "more"})


def _fooled(history: History) -> Iterator[FailureSign]:
    """G's loss falls steadily: it may have found a pattern that fools D in bad images."""
    since, fool = quarter_means(history, "g_fool", MIN_STEPS)
    _, accuracy = quarter_means(history, "d_accuracy_fake", MIN_STEPS)
    is_falling = all(np.diff(fool) < 0) and fool[-1] < min(LOW_G_LOSS, fool[0] / TREND_RATIO)
    if is_falling and accuracy[-1] < 0.5:
        message = (
            f"unweighted, g_fool fell steadily from {fool[0]:.2g} to {fool[-1]:.2g} since step "
            f"{since}: G may have found a pattern that fools D even in bad images"
        )
        remedies = {"loss_weights": "smaller class weights in", "d_steps": "more", **_SLOWER}
        yield FailureSign("g-loss-falling", fool[-1], since, message, remedies)


def _stuck(history: History) -> Iterator[FailureSign]:
    """A class loss does not fall, as the report's do once realism is learned.

    Of D: it classifies few real images correctly. Of G: D classifies real images correctly, but G's
    images do not show the requested classes.
    """
    remedies = {"loss_weights": "larger class weights in", "learning_rate": "another"}
    for column in history:
        head = column.removeprefix("d_accuracy_")
        if head in (column, "real", "fake"):
            continue
        since, d_loss = quarter_means(history, f"d_{head}", 2 * MIN_STEPS)
        # NaN for models whose G has no class loss.
        g_loss = np.full(4, np.nan)
        if f"g_{head}" in history:
            _, g_loss = quarter_means(history, f"g_{head}", 2 * MIN_STEPS)
        _, accuracy = quarter_means(history, column, 2 * MIN_STEPS)
        if accuracy[-1] < GUESSING_ACCURACY and d_loss[-1] > STUCK_RATIO * d_loss[0]:
            message = (
                f"d_{head} stays at {d_loss[-1]:.2g} since step {since}, and D classifies "
                f"{accuracy[-1]:.0%} of real images correctly: it does not learn their {head}"
            )
            yield FailureSign(f"d-{head}-stuck", d_loss[-1], since, message, remedies)
        elif accuracy[0] > LEARNED_ACCURACY and _is_ignored(history, head, d_loss[-1], g_loss):
            message = (
                f"g_{head} stays at {g_loss[-1]:.2g} since step {since}, far above d_{head}, "
                f"{d_loss[-1]:.2g}: G's images do not show the requested {head}"
            )
            yield FailureSign(f"g-{head}-stuck", g_loss[-1], since, message, remedies)


def _is_ignored(history: History, head: str, d_loss: float, g_loss: np.ndarray) -> bool:
    """Whether G's class loss [4 quarters] is far above D's and does not fall; False for NaN."""
    first = history.get(f"g_{head}", g_loss)[0]
    return g_loss[-1] > np.max(
        [IGNORED_RATIO * d_loss, STUCK_RATIO * g_loss[0], LEARNED_RATIO * first]
    )


def _gradient_norms(history: History) -> Iterator[FailureSign]:
    """A gradient norm is over 100, for a critic over 100 times the run's median.

    A critic's norms grow with its scores, which have no unit: in ordinary runs they were 17,000
    with weights clipped at 0.1, and between 0.3 and 54 at 0.01. Only a jump is a sign there.
    """
    steps = history["step"]
    if steps[-1] - steps[0] < MIN_STEPS:
        return
    for player in ("d", "g"):
        norms = history.get(f"{player}_gradient_norm", np.zeros(len(steps)))
        scale, unit = 1.0, ""
        if "d_wasserstein" in history:
            scale = np.median(norms)
            unit = f" times the median so far, {scale:.2g}"
        since = holds_since(steps, norms > MAX_GRADIENT_NORM * scale, 0)
        if since is not None:
            message = (
                f"{player}_gradient_norm is {norms[-1]:.3g}, over {MAX_GRADIENT_NORM:g}{unit}, "
                f"since step {since}: the updates are unstable"
            )
            remedies = {**_SLOWER, "clip": _LOWER, "penalty_weight": "a higher"}
            yield FailureSign(f"{player}-gradient-norm", norms[-1], since, message, remedies)
