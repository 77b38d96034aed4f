"""How right translations are: against the true counterparts, and by what a classifier reads."""

import numpy as np

from kerasgan.datasets import labelled, sources, unpaired
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.evaluation import inputs, intervals
from kerasgan.evaluation.features import classifier
from kerasgan.evaluation.generation import Evaluation
from kerasgan.evaluation.metrics import similarity
from kerasgan.evaluation.metrics.measures import number, sliced_wasserstein
from kerasgan.inference import sampling
from kerasgan.inference.image_to_image import DomainTranslator, Editor, other_domain, set_label
from kerasgan.inference.previews import domain_sheet, label_sheet
from kerasgan.labels import Vocabulary
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

_MEASURES = {"l1": similarity.l1, "psnr": similarity.psnr, "ssim": similarity.ssim}
_COLOURS = Vocabulary()


def evaluate_domains(
    run: Run, split: unpaired.UnpairedSplit, count: int, seed: int, checkpoint: str
) -> Evaluation:
    """Judge a CycleGAN by at most `count` held-out images of each domain, at their load size.

    Of avatars the true translation is known: they are the same faces. `l1_a_to_b` is the distance
    of the translations from it, `..._doing_nothing` that of the untranslated faces, `..._random`
    that of other faces of domain b; `face_...` leaves out the background, which a cartoon lacks.
    `kept_...` is how often a classifier of the target domain reads the face's true colours.

    Raises:
        InvalidInput: if the run has no such checkpoint, or too few images are held out.
    """
    translator = DomainTranslator(sampling.load(run, checkpoint).sampling_generator)
    pictures = {
        domain: held_out[np.arange(min(count, _enough(held_out.shape[0])))]
        for domain, held_out in split.held_out.by_name.items()
    }
    found = Evaluation({}, {}, {}, {})
    is_paired = run.config.data == "avatars" and not run.config.domain_a
    for domain, truth in pictures.items():
        source = other_domain(domain)
        name = f"{source}_to_{domain}"
        translated = translator.translate(pictures[source], domain)
        back = translator.translate(translated, source)
        _measure_cycle(found, f"cycle_l1_{source}", back, pictures[source], seed)
        _measure_distance(found, f"sliced_wasserstein_{name}", translated, truth, seed)
        if is_paired:
            others = np.roll(truth, len(truth) // 2, axis=0)
            shown = {"": translated, "_doing_nothing": pictures[source], "_random": others}
            _compare(found, name, shown, truth, _masks(run, domain, truth), seed)
            _read_colours(found, name, translated, truth, _labelled(run, split, domain), seed)
    if not is_paired:
        found.missing["likeness to the truth, colours kept"] = "the data has neither"
    sheet = domain_sheet(translator, split.held_out, run.config.identity_weight > 0)
    found.pictures["translations"] = np.asarray(sheet)
    return found


def evaluate_labels(
    run: Run, split: labelled.Split, count: int, seed: int, checkpoint: str
) -> Evaluation:
    """Judge a StarGAN by at most `count` held-out images, in each of which one label changes.

    `changed_<label>` is how often a classifier that was trained on real images reads what was
    asked for, `kept_<other>_with_<label>` how often it reads an other label as it was.

    Raises:
        InvalidInput: as `evaluate_domains`.
    """
    model, held_out = sampling.load(run, checkpoint), split.held_out
    if held_out.vocabulary.labels != run.vocabulary.labels:
        raise InvalidInput(
            f"{run.config.data} has the labels {held_out.vocabulary.labels}; allowed: those of "
            f"{run.path}, {run.vocabulary.labels}"
        )
    at = np.arange(min(count, _enough(held_out.size)))
    original, labels = held_out.pictures(at), held_out.labels(at)
    editor, judge = Editor(model, run.vocabulary), classifier.trained(split.training)
    found = Evaluation({}, {}, {}, {})
    ceiling = _right(classifier.read(judge, original), labels, run.vocabulary)
    random = np.random.default_rng(seed)
    for name, wanted in _wishes(labels, run.vocabulary, random).items():
        edited = editor.edit(original, wanted)
        back = editor.edit(edited, labels)
        _measure_cycle(found, f"cycle_l1_{name}", back, original, seed)
        _measure_distance(found, f"sliced_wasserstein_{name}", edited, original, seed)
        right = _right(classifier.read(judge, edited), wanted, run.vocabulary)
        for label, agrees in right.items():
            title = f"changed_{label}" if label == name else f"kept_{label}_with_{name}"
            found.numbers[title] = number(
                _share(agrees), len(agrees), seed, ceiling=_share(ceiling[label])
            )
    found.pictures["edits"] = np.asarray(label_sheet(editor, held_out))
    return found


def _enough(count: int) -> int:
    if count < 2 * intervals.GROUPS:
        raise InvalidInput(
            f"{count} images are held out, and an evaluation needs {2 * intervals.GROUPS}; "
            "allowed: a larger --val-fraction, or other --data"
        )
    return count


def _share(agrees: np.ndarray) -> intervals.Estimate:
    return intervals.share(np.count_nonzero(agrees), len(agrees))


def _measure_cycle(
    found: Evaluation, name: str, back: np.ndarray, original: np.ndarray, seed: int
) -> None:
    values = similarity.l1(back, original, np.ones(original.shape[:3], bool))
    found.numbers[name] = number(intervals.mean(values), len(values), seed)


def _measure_distance(
    found: Evaluation, name: str, translated: np.ndarray, real: np.ndarray, seed: int
) -> None:
    """Measure how far translations are from real images, which show no face of theirs."""
    size = min(len(real), len(translated)) // 2
    order = np.random.default_rng(seed).permutation(2 * size)
    parts = (real[order[:size]], real[order[size:]], translated[order[size:]])
    found.numbers[name] = sliced_wasserstein(parts, seed)


def _compare(
    found: Evaluation,
    name: str,
    shown: dict[str, np.ndarray],
    truth: np.ndarray,
    masks: dict[str, np.ndarray],
    seed: int,
) -> None:
    for area, mask in masks.items():
        for measure, of_pictures in _MEASURES.items():
            for ending, pictures in shown.items():
                values = of_pictures(pictures, truth, mask)
                found.numbers[f"{area}{measure}_{name}{ending}"] = number(
                    intervals.mean(values), len(values), seed
                )


def _masks(run: Run, domain: str, truth: np.ndarray) -> dict[str, np.ndarray]:
    """Where to compare: everywhere, and where the true face hides the background."""
    _, numbers = unpaired.avatar_numbers(domain, run.config)
    of_faces = [
        portrait.face_mask(
            traits.face(sources.AVATAR_SEED, number), truth.shape[1], unpaired.STYLES[domain]
        )
        for number in numbers[: len(truth)]
    ]
    return {"": np.ones(truth.shape[:3], bool), "face_": np.stack(of_faces)}


def _labelled(
    run: Run, split: unpaired.UnpairedSplit, domain: str
) -> tuple[labelled.LabelledImages, labelled.LabelledImages]:
    """The training and the held-out avatars of a domain with their colours."""
    parts = []
    for part, numbers in zip(split, unpaired.avatar_numbers(domain, run.config), strict=True):
        pairs = [traits.colours(sources.AVATAR_SEED, number) for number in numbers]
        places = inputs.places(_COLOURS, pairs)
        pictures, rows = part.by_name[domain], np.arange(len(pairs))
        nowhere = np.full(len(pairs), -1)
        key = f"{part.key}-{domain}"
        parts.append(
            labelled.LabelledImages(
                key, pictures, rows, **places, pair=nowhere, vocabulary=_COLOURS
            )
        )
    return tuple(parts)


def _read_colours(
    found: Evaluation,
    name: str,
    translated: np.ndarray,
    truth: np.ndarray,
    annotated: tuple[labelled.LabelledImages, labelled.LabelledImages],
    seed: int,
) -> None:
    training, held_out = annotated
    judge = classifier.trained(training)
    labels = held_out.labels(np.arange(len(truth)))
    ceiling = _right(classifier.read(judge, truth), labels, _COLOURS)
    for kind, agrees in _right(classifier.read(judge, translated), labels, _COLOURS).items():
        found.numbers[f"kept_{kind}_{name}"] = number(
            _share(agrees), len(agrees), seed, ceiling=_share(ceiling[kind])
        )


def _right(
    seen: dict[str, np.ndarray], labels: dict[str, np.ndarray], vocabulary: Vocabulary
) -> dict[str, np.ndarray]:
    """Where the classifier reads the label, {colour kind or attribute: bool [n]}."""
    if vocabulary.attributes:
        agrees = seen["attributes"] == (labels["attributes"] > 0)
        return dict(zip(vocabulary.attributes, agrees.T, strict=True))
    return {kind: seen[kind] == labels[kind].argmax(axis=-1) for kind in labels}


def _wishes(
    labels: dict[str, np.ndarray], vocabulary: Vocabulary, random: np.random.Generator
) -> dict[str, dict[str, np.ndarray]]:
    """Labels in which each in turn is another than it was, {what: labels}."""
    if vocabulary.attributes:
        return {
            name: set_label(labels, "attributes", place)
            for place, name in enumerate(vocabulary.attributes)
        }
    wishes = {}
    for kind, rows in labels.items():
        count = rows.shape[1]
        places = (rows.argmax(axis=1) + random.integers(1, count, len(rows))) % count
        wishes[kind] = {**labels, kind: np.eye(count, dtype="float32")[places]}
    return wishes
