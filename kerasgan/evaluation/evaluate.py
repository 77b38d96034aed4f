"""How good a run's pictures are: numbers with intervals, and pictures to look at."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from kerasgan import images, sampling
from kerasgan.datasets import faces
from kerasgan.datasets.faces import Faces, Split
from kerasgan.errors import Refused
from kerasgan.evaluation import classifier, distances, diversity, face_count, inception, intervals
from kerasgan.evaluation.intervals import Estimate
from kerasgan.runs import Run

_NEIGHBOURS = 12


class Evaluation(NamedTuple):
    """What was measured.

    numbers: {name: {"value", "interval", "n", "seed"}}, some with a "floor" or a "ceiling", which
        is what real pictures have, and its interval.

    confusions: {"hair", "eyes": int [wanted, read]}.
    pictures: {name: uint8 [H, W, 3]}.
    missing: {what was not measured: why}.
    """

    numbers: dict[str, dict]
    confusions: dict[str, np.ndarray]
    pictures: dict[str, np.ndarray]
    missing: dict[str, str]


class Subject(NamedTuple):
    """What is judged, and by what.

    generated: uint8 [n, S, S, 3]; pairs: the wanted (hair, eyes) of each.
    real: uint8 [m, S, S, 3], the held-out pictures.
    judge: the classifier that was trained on the training pictures; None if they have no colours.
    """

    split: Split
    generated: np.ndarray
    pairs: list[tuple[str, str]]
    real: np.ndarray
    judge: keras.Model | None
    seed: int
    is_conditional: bool


def subject(run: Run, split: Split, count: int, seed: int, checkpoint: str = "latest") -> Subject:
    """Draw `count` pictures, under random conditions that the run knows, and train the judge.

    Raises:
        Refused: if the run has no such checkpoint, or too few pictures are held out.
    """
    generator = sampling.load_generator(run, checkpoint)
    held_out = split.held_out
    if len(held_out.rows) < 2 * intervals.GROUPS:
        raise Refused(
            f"{len(held_out.rows)} pictures are held out, and an evaluation needs "
            f"{2 * intervals.GROUPS}; allowed: a larger --val-fraction, or other --data"
        )
    sampler = sampling.Sampler(run, generator)
    pairs = _conditions(run, count, seed)
    has_colours = bool(split.training.vocabulary.hair and split.training.vocabulary.eyes)
    return Subject(
        split,
        sampler.pictures(pairs, seed),
        pairs,
        held_out.pictures(np.arange(len(held_out.rows))),
        classifier.trained(split.training) if has_colours else None,
        seed,
        run.config.CONDITION != "nothing",
    )


def _conditions(run: Run, count: int, seed: int) -> list[tuple[str, str]]:
    random, vocabulary = np.random.default_rng(seed), run.vocabulary
    if run.config.CONDITION == "nothing":
        return [sampling.ANY] * count
    if run.config.CONDITION == "pair":
        places = random.integers(len(vocabulary.pairs), size=count)
        return [vocabulary.pairs[place] for place in places]
    hair = random.integers(len(vocabulary.hair), size=count)
    eyes = random.integers(len(vocabulary.eyes), size=count)
    return [
        (vocabulary.hair[one], vocabulary.eyes[other])
        for one, other in zip(hair, eyes, strict=True)
    ]


def evaluate(
    judged: Subject,
    cascade: Path | None = None,
    use_inception: bool = False,
    cas: bool = False,
) -> Evaluation:
    """Measure everything that can be measured.

    Args:
        cascade: OpenCV's XML file, for the face count.
        use_inception: measure FID and KID in Inception's features too.
        cas: train a classifier on the generated pictures too, and try it on the real ones.

    Raises:
        Refused: if what an option needs is missing.
    """
    found = Evaluation({}, {}, {}, {})
    # What may be missing comes first: a refusal should not follow minutes of work.
    network = inception.load() if use_inception else None
    if cascade is None:
        found.missing["face count"] = "needs --cascade FILE"
    else:
        _count_faces(judged, found, cascade)
    _measure_colours(judged, found, cas)
    if judged.judge is None:
        found.missing["distances in the classifier's features"] = "the data has no colours"
    else:
        features = partial(classifier.features, classifier.extractor(judged.judge))
        _measure_distances(judged, found, features, "frechet_distance", "kernel_distance")
    if network is None:
        found.missing["FID and KID"] = "asked for with --features inception"
    else:
        features = partial(inception.features, network)
        _measure_distances(judged, found, features, "fid", "kid")
    _measure_pixels(judged, found)
    return found


def _number(estimate: Estimate, count: int, seed: int, **beside: Estimate) -> dict:
    """Return a number as evaluation.json has it, with what stands beside it."""
    values = {"value": estimate.value, "interval": [estimate.low, estimate.high]}
    for name, other in beside.items():
        values |= {name: other.value, f"{name}_interval": [other.low, other.high]}
    return {**values, "n": count, "seed": seed}


def _measure_colours(judged: Subject, found: Evaluation, cas: bool) -> None:
    if judged.judge is None or not judged.is_conditional:
        found.missing["accuracy"] = "the model knows no colours"
        return
    held_out = judged.split.held_out
    vocabulary = held_out.vocabulary
    indices = np.array([vocabulary.indices(*pair) for pair in judged.pairs]).T
    wanted = dict(zip(("hair", "eyes"), indices, strict=True))
    real = {"hair": held_out.hair, "eyes": held_out.eyes}
    seen = classifier.read(judged.judge, judged.generated)
    ceiling = _shares(classifier.read(judged.judge, judged.real), real)
    for name, share in _shares(seen, wanted).items():
        found.numbers[f"accuracy_{name}"] = _number(
            share, len(judged.pairs), judged.seed, ceiling=ceiling[name]
        )
    for kind, colours in zip(("hair", "eyes"), vocabulary, strict=False):
        matrix = np.zeros((len(colours), len(colours)), np.int64)
        np.add.at(matrix, (wanted[kind], seen[kind]), 1)
        found.confusions[kind] = matrix
    if not cas:
        found.missing["GAN-train accuracy"] = "asked for with --cas"
        return
    learned = classifier.trained(_as_faces(judged, wanted))
    for name, share in _shares(classifier.read(learned, judged.real), real).items():
        found.numbers[f"gan_train_{name}"] = _number(
            share, len(judged.real), judged.seed, ceiling=ceiling[name]
        )


def _shares(seen: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> dict[str, Estimate]:
    """Return how often the colours are the wanted ones, of the pictures that have both."""
    labelled = (wanted["hair"] >= 0) & (wanted["eyes"] >= 0)
    right = {kind: (seen[kind] == wanted[kind])[labelled] for kind in seen}
    right["both"] = right["hair"] & right["eyes"]
    return {
        kind: intervals.share(np.count_nonzero(agrees), len(agrees))
        for kind, agrees in right.items()
    }


def _as_faces(judged: Subject, wanted: dict[str, np.ndarray]) -> Faces:
    vocabulary = judged.split.training.vocabulary
    rows = np.arange(len(judged.generated))
    return Faces(
        faces.digest(judged.generated),
        judged.generated,
        rows,
        wanted["hair"],
        wanted["eyes"],
        np.full(len(rows), -1),
        vocabulary,
    )


def _measure_distances(
    judged: Subject,
    found: Evaluation,
    features: Callable[[np.ndarray], np.ndarray],
    frechet: str,
    kernel: str,
) -> None:
    """Measure generated pictures against half of the real ones, and the other half too."""
    real, other, generated = (features(part) for part in _thirds(judged))
    size, seed = len(generated), judged.seed

    def beside_floor(measure: Callable[..., Estimate]) -> dict:
        return _number(measure(real, generated), size, seed, floor=measure(real, other))

    found.numbers[frechet] = beside_floor(
        partial(intervals.jackknife, distances.frechet_distance, seed=seed)
    )
    found.numbers[kernel] = beside_floor(distances.kernel_distance)
    if frechet == "fid":
        return
    for name, measure, place in (
        ("precision", distances.precision_recall, 0),
        ("recall", distances.precision_recall, 1),
        ("density", distances.density_coverage, 0),
        ("coverage", distances.density_coverage, 1),
    ):
        found.numbers[name] = beside_floor(lambda *sets: measure(*sets)[place])  # noqa: B023


def _thirds(judged: Subject) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return two disjoint halves of the real pictures and as many generated ones.

    Such measures depend on the sizes of their samples: only equal sizes can be compared.
    """
    size = min(len(judged.real) // 2, len(judged.generated))
    order = np.random.default_rng(judged.seed).permutation(len(judged.real))
    return judged.real[order[:size]], judged.real[order[size : 2 * size]], judged.generated[:size]


def _measure_pixels(judged: Subject, found: Evaluation) -> None:
    seed = judged.seed
    real, other, generated = (part / 255.0 for part in _thirds(judged))
    measure = partial(
        intervals.jackknife, partial(distances.sliced_wasserstein, seed=seed), seed=seed
    )
    found.numbers["sliced_wasserstein"] = _number(
        measure(real, generated), len(generated), seed, floor=measure(real, other)
    )
    training = judged.split.training
    reals = training.pictures(np.arange(min(len(training.rows), 10_000)))
    found.numbers["near_duplicates"] = _number(
        diversity.near_duplicates(judged.generated, reals), len(judged.generated), seed
    )
    places = {pair: place for place, pair in enumerate(dict.fromkeys(judged.pairs))}
    conditions = np.array([places[pair] for pair in judged.pairs])
    found.numbers["ms_ssim_within_condition"] = _number(
        diversity.ms_ssim_within(judged.generated, conditions, seed), len(judged.generated), seed
    )
    shown = judged.generated[:_NEIGHBOURS]
    nearest = diversity.nearest(shown, reals).indices
    found.pictures["nearest real pictures"] = np.asarray(
        images.grid([*shown, *reals[nearest]], _NEIGHBOURS, ("generated", "nearest real"))
    )


def _count_faces(judged: Subject, found: Evaluation, cascade: Path) -> None:
    for name, pictures in (("faces_in_25", judged.generated[:250]), ("real", judged.real[:250])):
        counts = face_count.count_faces(pictures, cascade)
        if len(counts) < 2:
            raise Refused(f"the face count needs {2 * face_count.PICTURES} pictures")
        estimate = intervals.mean(counts)
        if name == "real":
            found.numbers["faces_in_25"] |= {
                "ceiling": estimate.value,
                "ceiling_interval": [estimate.low, estimate.high],
            }
        else:
            found.numbers[name] = _number(estimate, len(pictures), judged.seed)
