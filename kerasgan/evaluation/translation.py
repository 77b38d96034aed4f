"""Evaluation of models that translate images: true counterparts, and labels that are read."""

import numpy as np

from kerasgan.datasets import colours, labelled, sources, unpaired
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.evaluation import image_sets, inputs, intervals
from kerasgan.evaluation.features import classifier
from kerasgan.evaluation.image_sets import ImageSet
from kerasgan.evaluation.metrics import accuracy, similarity
from kerasgan.evaluation.result import Evaluation, number
from kerasgan.inference import loading
from kerasgan.inference.image_to_image import DomainTranslator, Editor, other_domain
from kerasgan.inference.previews import domain_sheet, label_sheet
from kerasgan.labels import MISSING, LabelSchema
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

_SIMILARITIES = {"l1": similarity.l1, "psnr": similarity.psnr, "ssim": similarity.ssim}
_COLOURS = LabelSchema.of(colours.COLOURS)


def evaluate_domains(
    run: Run, split: unpaired.UnpairedSplit, count: int, seed: int, checkpoint: str
) -> Evaluation:
    """Evaluate CycleGAN or CUT on at most `count` held-out images of each domain, at load size.

    The true translation of an avatar is known: the same face in the other style. `l1_a_to_b` is the
    distance of the translations from it, `..._doing_nothing` of the untranslated faces and
    `..._random` of other faces of domain b; `face_...` leaves out the background, which a cartoon
    lacks. `kept_...` is how often a classifier of the target domain reads the face's true colours.
    Distances between sets of images, `sliced_wasserstein_...` and, where its weights are installed,
    `perceptual_frechet_...`, are from images of the target domain, whose own distance is the floor.

    Raises:
        InvalidInput: if the run has no such checkpoint, or too few images are held out.
    """
    config = run.config
    generators = loading.load(run, checkpoint).sampling_generator
    translator = DomainTranslator(generators, config.TARGETS)
    images = {}
    for domain, held_out in split.held_out.by_name.items():
        inputs.check_count(held_out.shape[0])
        images[domain] = held_out[np.arange(min(count, held_out.shape[0]))]
    numbers, network = {}, image_sets.load_network()
    sets = {domain: ImageSet.of(shown, network) for domain, shown in images.items()}
    is_paired = config.has_avatars
    for domain in translator.domains:
        source, truth = other_domain(domain), images[domain]
        name = f"{source}_to_{domain}"
        translated, *returned = translator.round_trip(images[source], domain)
        for back in returned:
            numbers[f"cycle_l1_{source}"] = _cycle(back, images[source], seed)
        compared = {"": ImageSet.of(translated, network), "_doing_nothing": sets[source]}
        for suffix, shown in compared.items():
            numbers |= image_sets.distances(f"{name}{suffix}", shown, sets[domain], seed)
        if is_paired:
            different = np.roll(truth, len(truth) // 2, axis=0)
            shown = {"": translated, "_doing_nothing": images[source], "_random": different}
            numbers |= _compare(name, shown, truth, _masks(run, domain, truth), seed)
            numbers |= _read_colours(name, translated, truth, _labelled(run, split, domain), seed)
    missing = {} if is_paired else {"likeness to the truth, colours kept": "the data has neither"}
    missing |= image_sets.missing(network)
    sheet = domain_sheet(translator, split.held_out, config.sheet_rows, config.identity_weight > 0)
    return Evaluation(numbers, {}, {"translations": np.asarray(sheet)}, missing)


def evaluate_labels(
    run: Run, split: labelled.Split, count: int, seed: int, checkpoint: str
) -> Evaluation:
    """Evaluate a StarGAN on at most `count` held-out images, changing one label at a time.

    `changed_<label>` is how often a classifier trained on real images reads the requested label,
    `kept_<other>_with_<label>` how often it reads another label unchanged. Distances, as in
    `evaluate_domains`, are of the edits whose label was read as requested.

    Raises:
        InvalidInput: if the data has other labels than the run, or as `evaluate_domains`.
    """
    model, held_out = loading.load(run, checkpoint), split.held_out
    if held_out.schema.labels != run.schema.labels:
        raise InvalidInput(
            f"{run.config.data} must have the labels and values of {run.path}, "
            f"{', '.join(run.schema.names)}; got {', '.join(held_out.schema.names) or 'none'}"
        )
    inputs.check_count(held_out.size)
    indices = np.arange(min(count, held_out.size))
    original, labels = held_out.pixels(indices), held_out.labels[indices]
    editor, network = Editor(model, run.schema), classifier.trained(split.training)
    numbers, perceptual_network = {}, image_sets.load_network()
    ceiling = classifier.agreement(run.schema, classifier.read(network, original), labels)
    random, unedited = np.random.default_rng(seed), ImageSet.of(original, perceptual_network)
    for name, requested in _requests(labels, run.schema, random).items():
        edited = editor.edit(original, requested)
        back = editor.edit(edited, labels)
        numbers[f"cycle_l1_{name}"] = _cycle(back, original, seed)
        agreement = classifier.agreement(run.schema, classifier.read(network, edited), requested)
        changed = agreement[name].filled(False)
        shown = ImageSet.of(edited[changed], perceptual_network)
        numbers |= image_sets.distances(name, shown, unedited.subset(changed), seed)
        for label, agrees in agreement.items():
            title = f"changed_{label}" if label == name else f"kept_{label}_with_{name}"
            numbers[title] = _accuracy(agrees, ceiling[label], seed)
    sheet = label_sheet(editor, held_out, run.config.sheet_rows)
    missing = image_sets.missing(perceptual_network)
    return Evaluation(numbers, {}, {"edits": np.asarray(sheet)}, missing)


def _accuracy(agrees: np.ma.MaskedArray, ceiling: np.ma.MaskedArray, seed: int) -> dict:
    estimate, highest = (accuracy.share({"": part}) for part in (agrees, ceiling))
    return number(estimate, int(agrees.count()), seed, ceiling=highest)


def _cycle(back: np.ndarray, original: np.ndarray, seed: int) -> dict:
    """Distance between images and their translations back."""
    values = similarity.l1(back, original, np.ones(original.shape[:3], bool))
    return number(intervals.mean(values), len(values), seed)


def _compare(
    name: str,
    shown: dict[str, np.ndarray],
    truth: np.ndarray,
    masks: dict[str, np.ndarray],
    seed: int,
) -> dict[str, dict]:
    """Similarities of the shown images, {suffix: images}, to the truth inside each mask."""
    numbers = {}
    for area, mask in masks.items():
        for metric, compute in _SIMILARITIES.items():
            for suffix, images in shown.items():
                values = compute(images, truth, mask)
                numbers[f"{area}{metric}_{name}{suffix}"] = number(
                    intervals.mean(values), len(values), seed
                )
    return numbers


def _avatars(run: Run, domain: str) -> tuple[range, range]:
    """Numbers of the avatars that a domain trains on and of those held out."""
    config = run.config
    return unpaired.avatar_indices(domain, config.num_avatars, config.val_fraction)


def _masks(run: Run, domain: str, truth: np.ndarray) -> dict[str, np.ndarray]:
    """Where to compare: everywhere, and where the true face hides the background."""
    _, avatars = _avatars(run, domain)
    faces = [
        portrait.face_mask(
            traits.face(sources.AVATAR_SEED, avatar), truth.shape[1], unpaired.STYLES[domain]
        )
        for avatar in avatars[: len(truth)]
    ]
    return {"": np.ones(truth.shape[:3], bool), "face_": np.stack(faces)}


def _labelled(
    run: Run, split: unpaired.UnpairedSplit, domain: str
) -> tuple[labelled.LabelledImages, labelled.LabelledImages]:
    """The training and the held-out avatars of a domain with their colours."""
    parts = []
    for part, avatars in zip(split, _avatars(run, domain), strict=True):
        values = (traits.colours(sources.AVATAR_SEED, avatar) for avatar in avatars)
        named = (dict(zip(_COLOURS.names, each, strict=True)) for each in values)
        labels = np.array([_COLOURS.indices(each) for each in named], np.int64).reshape(-1, 2)
        key = f"{part.key}-{domain}"
        parts.append(labelled.LabelledImages.of(key, part.by_name[domain], _COLOURS, labels))
    return tuple(parts)


def _read_colours(
    name: str,
    translated: np.ndarray,
    truth: np.ndarray,
    annotated: tuple[labelled.LabelledImages, labelled.LabelledImages],
    seed: int,
) -> dict[str, dict]:
    """How often a classifier of the target domain reads the true colours."""
    training, held_out = annotated
    network = classifier.trained(training)
    labels = held_out.labels[: len(truth)]
    ceiling, right = (
        classifier.agreement(_COLOURS, classifier.read(network, images), labels)
        for images in (truth, translated)
    )
    return {
        f"kept_{label}_{name}": _accuracy(agrees, ceiling[label], seed)
        for label, agrees in right.items()
    }


def _requests(
    labels: np.ndarray, schema: LabelSchema, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Labels with one changed to another value at a time, {changed label: int [n, L]}."""
    requests = {}
    for column, (name, size) in enumerate(schema.sizes.items()):
        changed = labels.copy()
        known = labels[:, column] != MISSING
        moved = labels[:, column] + random.integers(1, max(size, 2), len(labels))
        changed[known, column] = moved[known] % size
        requests[name] = changed
    return requests
