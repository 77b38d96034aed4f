"""Panels of the plots of a metrics.csv: which columns share one, and its title."""

from collections.abc import Collection

from kerasgan.metrics import panel

_PLAYERS = ("d", "g")
_GRADIENT_NORM = "gradient norm"
# Titles of panels with a logarithmic axis.
LOGARITHMIC = (_GRADIENT_NORM,)
_SOURCE_TERMS = ("real", "fake", "fool")
_TITLES = {
    # Probabilities of being real, or, of LSGAN and R3GAN, scores without limits.
    "score_real": "mean scores D(x) and D(G(z))",
    "score_fake": "mean scores D(x) and D(G(z))",
    "distance_real": "distance between images of a batch",
    "distance_fake": "distance between images of a batch",
    "penalty": "gradient penalty",
    "critic_gradient": "norm of the critic's gradient at an image",
    "wasserstein": "Wasserstein estimate and mismatch",
    "mismatch": "Wasserstein estimate and mismatch",
    "loss": "total loss of each network",
}


def training(columns: Collection[str]) -> dict[str, list[str]]:
    """The panels of losses, accuracies and gradient norms, {title: columns}.

    The losses of both players for one head share a panel. The totals, the accuracies and the
    gradient norms follow.
    """
    # The scores of a critic, and so its losses, are not probabilities.
    source = "critic scores, not probabilities" if "d_wasserstein" in columns else "source loss"
    grouped: dict[str, list[str]] = {}
    last = {"total loss": [], "accuracy": [], _GRADIENT_NORM: []}
    for column in columns:
        player, _, term = column.partition("_")
        if player not in _PLAYERS:
            continue
        if term == "loss":
            last["total loss"].append(column)
        elif term.startswith("accuracy"):
            last["accuracy"].append(column)
        elif term == "gradient_norm":
            last[_GRADIENT_NORM].append(column)
        else:
            is_of_domain = term.endswith(("_a", "_b"))
            term, domain = (term[:-2], term[-1]) if is_of_domain else (term, "")
            if term in _SOURCE_TERMS:
                title = f"{source}, domain {domain}" if domain else source
            else:
                title = _TITLES.get(term, f"{term} loss")
            grouped.setdefault(title, []).append(column)
    return {title: names for title, names in (grouped | last).items() if names}


def quality(columns: Collection[str]) -> dict[str, list[str]]:
    """The panels of the metrics of `--evaluate-every` and of held-out images, {title: columns}."""
    grouped: dict[str, list[str]] = {}
    for column in columns:
        if column not in ("step", "seconds") and column.partition("_")[0] not in _PLAYERS:
            grouped.setdefault(panel(column), []).append(column)
    return grouped
