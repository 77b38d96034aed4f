"""What samples/ shows of each kind of model."""

from collections.abc import Callable

import keras
from PIL import Image

from kerasgan.datasets import domains, faces
from kerasgan.runs import Run
from kerasgan.sampling import Sampler
from kerasgan.translation import DomainTranslator, Editor, domain_sheet, label_sheet


def of_run(
    run: Run, split: faces.Split | domains.DomainSplit
) -> Callable[[keras.Model], Image.Image]:
    """Return model -> sheet: every hair by every eye colour, or translations of held-out pictures.

    Where nothing is held out, pictures of the training part are shown.
    """
    config = run.config
    if config.CONDITION == "domain":
        nothing = min(pictures.shape[0] for pictures in (split.held_out.a, split.held_out.b)) == 0
        shown = split.training if nothing else split.held_out
        has_identity = config.identity_weight > 0
        return lambda model: domain_sheet(
            DomainTranslator(model.sampling_generator), shown, has_identity
        )
    if config.CONDITION == "labels":
        shown = split.held_out if len(split.held_out.rows) else split.training
        return lambda model: label_sheet(Editor(model, run.vocabulary), shown)
    return lambda model: Sampler(run, model.sampling_generator).sheet(config.seed)
