"""How good a run's images are: numbers with intervals, and images to look at."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from kerasgan.evaluation import inputs, intervals
from kerasgan.evaluation.features import classifier, efficientnet, inception, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs
from kerasgan.evaluation.intervals import Estimate
from kerasgan.evaluation.metrics import diversity, face_count, measures
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

_NEIGHBOURS, _COUNTED = 12, 250


class Evaluation(NamedTuple):
    """What was measured.

    numbers: {name: {"value", "interval", "n", "seed"}}, some with a "floor", a "ceiling" or "real",
        which is what real images have, and its interval.
    confusions: {"hair", "eyes": int [wanted, read]}.
    pictures: {name: uint8 [H, W, 3]}.
    missing: {what was not measured: why}.
    """

    numbers: dict[str, dict]
    confusions: dict[str, np.ndarray]
    pictures: dict[str, np.ndarray]
    missing: dict[str, str]


def load(features: Collection[str]) -> dict[str, keras.Model]:
    """The networks of "perceptual" and "inception", if they are among these features.

    Raises:
        InvalidInput: if their weights are missing.
    """
    loaders = {"perceptual": perceptual.load, "inception": inception.load}
    return {name: load() for name, load in loaders.items() if name in features}


def evaluate(
    judged: EvaluationInputs,
    cascade: Path | None = None,
    networks: Mapping[str, keras.Model] | None = None,
    cas: bool = False,
) -> Evaluation:
    """Measure everything that can be measured.

    Args:
        cascade: OpenCV's XML file, for the face count.
        networks: of `load`, in whose features distances are measured too.
        cas: train a classifier on the generated images too, and try it on the real ones.

    Raises:
        InvalidInput: if what the face count needs is missing.
    """
    found = Evaluation({}, {}, {}, {})
    networks = networks or {}
    if cascade is None:
        found.missing["face count"] = "needs --cascade FILE"
    else:
        _count_faces(judged, found, cascade)
    _measure_colours(judged, found, cas)
    if judged.judge is None:
        found.missing["distances in the classifier's features"] = "the data has no colours"
    else:
        extractor = classifier.extractor(judged.judge)
        parts = [classifier.outputs(extractor, part) for part in inputs.samples(judged)]
        names = ("frechet_distance", "kernel_distance")
        found.numbers.update(measures.moments(parts, judged.seed, names))
        found.numbers.update(measures.neighbours(parts, judged.seed))
    if "inception" not in networks:
        found.missing["FID and KID"] = "asked for with --features inception"
    else:
        parts = [inception.features(networks["inception"], part) for part in inputs.samples(judged)]
        found.numbers.update(measures.moments(parts, judged.seed, ("fid", "kid")))
    _measure_perceptual(judged, networks.get("perceptual"), found)
    _measure_pixels(judged, found)
    return found


def _measure_colours(judged: EvaluationInputs, found: Evaluation, cas: bool) -> None:
    if judged.judge is None or not judged.is_conditional:
        found.missing["accuracy"] = "the model knows no colours"
        return
    held_out = judged.split.held_out
    vocabulary = held_out.vocabulary
    wanted = inputs.places(vocabulary, judged.pairs)
    real = {"hair": held_out.hair, "eyes": held_out.eyes}
    seen = classifier.read(judged.judge, judged.generated)
    ceiling = _shares(classifier.read(judged.judge, judged.real), real)
    for name, share in _shares(seen, wanted).items():
        found.numbers[f"accuracy_{name}"] = measures.number(
            share, len(judged.pairs), judged.seed, ceiling=ceiling[name]
        )
    for kind, colours in zip(("hair", "eyes"), vocabulary, strict=False):
        matrix = np.zeros((len(colours), len(colours)), np.int64)
        np.add.at(matrix, (wanted[kind], seen[kind]), 1)
        found.confusions[kind] = matrix
    if not cas:
        found.missing["GAN-train accuracy"] = "asked for with --cas"
        return
    learned = classifier.trained(inputs.as_faces(judged, wanted))
    for name, share in _shares(classifier.read(learned, judged.real), real).items():
        found.numbers[f"gan_train_{name}"] = measures.number(
            share, len(judged.real), judged.seed, ceiling=ceiling[name]
        )


def _shares(seen: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> dict[str, Estimate]:
    """How often the colours are the wanted ones, of the images that have both."""
    labelled = (wanted["hair"] >= 0) & (wanted["eyes"] >= 0)
    return {
        kind: intervals.share(np.count_nonzero(agrees[labelled]), np.count_nonzero(labelled))
        for kind, agrees in classifier.agreement(seen, wanted).items()
    }


def _measure_perceptual(
    judged: EvaluationInputs, network: keras.Model | None, found: Evaluation
) -> None:
    if network is None:
        how = "" if efficientnet.is_installed() else f", after: {efficientnet.INSTALL}"
        found.missing["perceptual distances"] = f"asked for with --features perceptual{how}"
        return
    wanted = min(len(judged.generated), perceptual.SAMPLE)
    real = inputs.unseen(judged.config, judged.split, 2 * wanted)
    size = len(real) // 2
    if size < intervals.GROUPS:
        found.missing["perceptual distances"] = (
            f"need {2 * intervals.GROUPS} held-out images that chose no checkpoint, and there are "
            f"{len(real)}; give a larger --val-fraction to train"
        )
        return
    if size < perceptual.SAMPLE:
        found.missing["perceptual_quotient"] = (
            f"needs {perceptual.SAMPLE:,} generated images and twice as many held-out ones that "
            f"chose no checkpoint; these were {size:,} and {2 * size:,}"
        )
    parts = (real[:size], real[size : 2 * size], judged.generated[:size])
    seen = [perceptual.features(network, part) for part in parts]
    found.numbers.update(measures.perceptual(seen, judged.seed))


def _measure_pixels(judged: EvaluationInputs, found: Evaluation) -> None:
    seed = judged.seed
    found.numbers.update(measures.flat(judged.generated, judged.real, seed))
    found.numbers["sliced_wasserstein"] = measures.sliced_wasserstein(inputs.samples(judged), seed)
    training = judged.split.training
    reals = training.pixels(np.arange(min(len(training.rows), 10_000)))
    found.numbers["near_duplicates"] = measures.number(
        diversity.near_duplicates(judged.generated, reals), len(judged.generated), seed
    )
    places = {pair: place for place, pair in enumerate(dict.fromkeys(judged.pairs))}
    conditions = np.array([places[pair] for pair in judged.pairs])
    found.numbers["ms_ssim_within_condition"] = measures.number(
        diversity.ms_ssim_within(judged.generated, conditions, seed), len(judged.generated), seed
    )
    shown = judged.generated[:_NEIGHBOURS]
    nearest = diversity.nearest(shown, reals).indices
    found.pictures["nearest real images"] = np.asarray(
        images.grid([*shown, *reals[nearest]], _NEIGHBOURS, ("generated", "nearest real"))
    )


def _count_faces(judged: EvaluationInputs, found: Evaluation, cascade: Path) -> None:
    shown = judged.generated[:_COUNTED]
    generated, real = (
        face_count.count_faces(pictures, cascade) for pictures in (shown, judged.real[:_COUNTED])
    )
    if min(len(generated), len(real)) < 2:
        raise InvalidInput(f"the face count needs {2 * face_count.PICTURES} images")
    found.numbers["faces_in_25"] = measures.number(
        intervals.mean(generated), len(shown), judged.seed, ceiling=intervals.mean(real)
    )
