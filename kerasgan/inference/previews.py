"""What is shown of each kind of model, while it trains and beside others."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from kerasgan.datasets import labelled, pipeline, unpaired
from kerasgan.inference.image_to_image import (
    DomainTranslator,
    Editor,
    changed,
    domain_sheet,
    label_sheet,
)
from kerasgan.inference.sampling import ANY, Sampler
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run


def of_run(
    run: Run, split: labelled.Split | unpaired.UnpairedSplit, model: AdversarialModel
) -> Callable[[], Image.Image]:
    """-> the model's sheet: every hair by every eye colour, or held-out images translated.

    Where nothing is held out, images of the training part are shown.
    """
    config, shown = run.config, _shown(split)
    if config.CONDITION == "domain":
        translator = DomainTranslator(model.sampling_generator)
        return lambda: domain_sheet(translator, shown, config.identity_weight > 0)
    if config.CONDITION == "labels":
        editor = Editor(model, run.vocabulary)
        return lambda: label_sheet(editor, shown)
    sampler = Sampler(run, model.sampling_generator)
    return lambda: sampler.sheet(config.seed)


def _shown(
    split: labelled.Split | unpaired.UnpairedSplit,
) -> labelled.LabelledImages | unpaired.UnpairedImages:
    training, held_out = split
    return held_out if held_out.size else training


def row(run: Run, model: AdversarialModel, count: int) -> np.ndarray:
    """Uint8 [count, S, S, 3] that show what a model does, the same for all of its kind.

    That are images of the same noise, or the same held-out images, translated from a to b or
    edited to one colour or attribute after the other.
    """
    config, at = run.config, np.arange(count)
    if config.CONDITION not in ("domain", "labels"):
        pairs = run.vocabulary.pairs
        is_free = config.CONDITION == "nothing"
        wanted = [ANY if is_free else pairs[(7 * place) % len(pairs)] for place in at]
        return Sampler(run, model.sampling_generator).pictures(wanted, seed=0)
    shown = _shown(pipeline.load(config))
    if config.CONDITION == "domain":
        pictures = shown.a[at % shown.size]
        return DomainTranslator(model.sampling_generator).translate(pictures, "b")
    editor, at = Editor(model, run.vocabulary), at % shown.size
    name, size = next(iter(run.vocabulary.labels.items()))
    return np.concatenate(
        [
            editor.edit(shown.pixels(one), changed(shown.labels(one), name, place % size))
            for place, one in enumerate(at[:, None])
        ]
    )
