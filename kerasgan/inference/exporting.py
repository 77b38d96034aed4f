"""Export of a run's generator, compared with `sample` before it is kept."""

import errno
import re
from pathlib import Path

import numpy as np

from kerasgan.inference import loading, saved_model
from kerasgan.inference.formats import FORMATS
from kerasgan.models.base import AdversarialModel
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.sampling import random_labels
from kerasgan.runs.directory import Run
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput, unknown

# Images that are compared, and how far apart they may be, in grey levels.
_COMPARED, _TOLERANCE = 8, 1


def export(
    run: Run, task, out: Path | None = None, checkpoint: str = "latest", format: str = "savedmodel"
) -> Path:
    """Write `out/<model>/<version>/`, one above the highest version.

    Formats other than a SavedModel get `out/<model>-<format>/<version>/`, since TensorFlow Serving
    takes every folder in `out/<model>` for a SavedModel.

    Args:
        task: of the run's model; see `Task.endpoints`.
        out: folder of models. Default: `export` in the run's `outputs`.
        checkpoint: as in `checkpoints.load`.
        format: one of FORMATS.

    Returns:
        The folder of the version.

    Raises:
        InvalidInput: if the run has no such checkpoint, the folder is not writable, the format is
            unknown or not for this model, or the export differs from `sample`.
    """
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    form = FORMATS[format].load()
    model = loading.load(run, checkpoint)
    generates = isinstance(model, GeneratesFromNoise)
    if not generates and form is not saved_model:
        raise InvalidInput(
            f"format {format} is for models that generate from noise, got {run.config.MODEL}; "
            "allowed: savedmodel"
        )
    form.check()
    name = run.config.MODEL if form is saved_model else f"{run.config.MODEL}-{format}"
    models = (out or run.outputs / "export") / name
    weights = model.sampling_generator.weights
    files.check_writable(models, sum(weight.value.numpy().nbytes for weight in weights))
    files.remove_abandoned(models)
    with files.temporary_beside(models / "version") as temporary:
        form.write(run, model, task.endpoints(run, model.sampling_generator), temporary)
        if generates:
            _compare(run, model, form, temporary)
        return _publish(temporary, models)


def _publish(temporary: Path, models: Path) -> Path:
    """Rename a folder to the next version, also where another export takes it at the same time."""
    while True:
        versions = (int(path.name) for path in models.glob("*") if re.fullmatch(r"\d+", path.name))
        target = models / str(max(versions, default=0) + 1)
        try:
            files.publish(temporary, target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return target


def _compare(run: Run, model: AdversarialModel, form, folder: Path) -> None:
    """Refuse an export whose images differ from those of `sample`."""
    labels = random_labels(run.conditions, {}, range(_COMPARED))
    expected = model.sampler().generate(labels, 0).astype(int)
    found = form.sampled(folder, run, labels, 0)
    difference = int(np.abs(found - expected).max())
    if difference > _TOLERANCE:
        raise InvalidInput(
            f"the export differs from sample by {difference} grey levels, of {_TOLERANCE} at most"
        )
