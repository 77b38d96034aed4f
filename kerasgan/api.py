"""The Python interface to what the commands do. Returns objects, raises errors, prints nothing.

`kerasgan.train` is `kerasgan.api.train`, and so on. Progress and warnings go to the logger
`kerasgan`, whose level INFO also shows progress bars.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerasgan import metrics, registry, tasks
from kerasgan.configs import Config
from kerasgan.configs.translation import TRAINING, TranslationConfig
from kerasgan.evaluation import report
from kerasgan.evaluation.result import Evaluation
from kerasgan.inference import exporting, loading
from kerasgan.inference.image_to_image import EditRequest
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import directory, lookup
from kerasgan.runs.directory import Run
from kerasgan.training import description, trainer
from kerasgan.training.description import Description
from kerasgan.utils.errors import InvalidInput, unknown


def load(source: str | Path | Run, checkpoint: str = "latest") -> AdversarialModel:
    """Load a model.

    Args:
        source: a `.keras` file; or a run: its path, number or name, "pretrained", or a `Run`.
        checkpoint: of a run: "latest", "best" or a step.

    Returns:
        The model; of a run with the networks of the checkpoint, not compiled.

    Raises:
        InvalidInput: if there is no such file or run, or it cannot be read.

    Examples:
        >>> images = kerasgan.load("pretrained").sample(4, seed=7)
    """
    if isinstance(source, Run) or Path(source).suffix != ".keras":
        return loading.load(lookup.find(source), str(checkpoint))
    return loading.load_file(Path(source))


def train(
    model: str = "acgan",
    *,
    preset: str | None = None,
    config: str | Path | None = None,
    init: str | Path | Run | None = None,
    out: str | Path | None = None,
    command: str | None = None,
    **options: Any,
) -> Run:
    """Train a model in a new run directory, as `kerasgan train` does.

    Args:
        model: its name, such as "acgan".
        preset: a named set of options. Default: the model's first.
        config: a run's directory or config.json, whose options take the place of a preset's.
        init: a run of the same model, whose weights are the first ones; labels may differ.
        out: the run directory, new or empty. Default: the next number in `runs`.
        command: what config.json says the run was started with. Default: this call.
        options: as `kerasgan train MODEL --help` lists them, with underscores; they beat the
            preset.

    Returns:
        The run; `kerasgan.load(run)` is its model.

    Raises:
        InvalidInput: before anything is written, if an option or the data cannot be used.
        TrainingFailed: if a loss is not finite.
        Interrupted: after a checkpoint, if a signal stopped training.

    Examples:
        >>> run = kerasgan.train("r3gan", preset="quick", data="my-images", labels=("breed",))
    """
    name, chosen = _configured(model, preset, config, options)
    source = None if init is None else lookup.find(init)
    if command is None:
        own = {"preset": preset, "config": config, "init": source and source.name}
        given = {key: str(value) for key, value in own.items() if value is not None} | options
        words = [repr(model), *(f"{key}={value!r}" for key, value in given.items())]
        command = f"kerasgan.train({', '.join(words)})"
    return trainer.start(chosen, name, command, _path(out), source)


def describe(
    model: str = "acgan",
    *,
    preset: str | None = None,
    config: str | Path | None = None,
    measure: bool = True,
    **options: Any,
) -> Description:
    """The networks of a run, the work of its steps and its duration, without any data.

    Args:
        model, preset, config, options: as of `train`; the networks have the avatars' labels.
        measure: whether to time three steps, after a first one, on random images.

    Raises:
        InvalidInput: if an option cannot be used.

    Examples:
        >>> kerasgan.describe("gan", image_size=64, measure=False).parameters
    """
    return description.describe(_configured(model, preset, config, options)[1], measure)


def evaluate(
    run: str | Path | Run | None = None,
    *,
    data: str | None = None,
    count: int = 10_000,
    seed: int = 0,
    checkpoint: str = "latest",
    features: Sequence[str] = (),
    fid_weights: str | Path | None = None,
    cascade: str | Path | None = None,
    gan_train: bool = False,
    write: bool = False,
) -> Evaluation:
    """Measure how good a run's images are, as `kerasgan evaluate` does.

    Args:
        run: path, number or name of a run, or a `Run`. Default: the newest.
        data: to compare with, instead of the run's own; a run that held nothing out needs it,
            unless it was trained on avatars.
        count: number of generated images, or the most held-out images to translate.
        seed, checkpoint: of the images.
        features: "classifier", "perceptual", "inception": the networks in whose features distances
            are measured. Default: perceptual where its extra is installed.
        fid_weights: file with the Inception network of 2015, for FID and KID; see
            `kerasgan.evaluation.features.inception_2015.load`.
        cascade: OpenCV's file for the face count.
        gan_train: whether to train a classifier on generated images, too.
        write: whether to write evaluation.json, images and report.html into the run.

    Raises:
        InvalidInput: if the run has no such checkpoint, too few images are held out, or weights are
            missing.

    Examples:
        >>> kerasgan.evaluate("runs/0001-acgan", count=2000).numbers["accuracy"]["value"]
    """
    if count < 100 or seed < 0:
        raise InvalidInput(f"count must be at least 100 and seed 0, got {count} and {seed}")
    for name in features:
        if name not in metrics.FEATURES:
            raise unknown("features", name, metrics.FEATURES)
    found = lookup.find(run)
    config = found.config.evaluated_on(data)
    files = _path(fid_weights), _path(cascade)
    request = tasks.EvaluationRequest(count, seed, str(checkpoint), features, *files, gan_train)
    evaluation = tasks.of(config).evaluate(found, request)
    if write:
        report.write(evaluation, found, str(checkpoint))
    return evaluation


def translate(
    images: np.ndarray,
    run: str | Path | Run | None = None,
    *,
    to: str | None = None,
    scale: str | int = TRAINING,
    checkpoint: str = "latest",
    **labels: str,
) -> np.ndarray:
    """Translate or edit images of one size.

    Args:
        images: uint8 [n, H, W, 3] of any size from 8 x 8 on.
        run: of a model that translates. Default: the newest one, else the bundled one.
        to: target domain of CycleGAN, "a" or "b", and of CUT, "b". Default: "b".
        scale: shorter side, in pixels, at which the network sees larger images; "training" for
            that of the images it was trained on, "original" for the images' own. What changes is
            enlarged and added to the image.
        checkpoint: of the run.
        labels: of StarGAN, new values; other labels stay as they are read in the image.

    Returns:
        uint8 [n, H, W, 3].

    Raises:
        InvalidInput: if nothing is to change, a label, a value or the scale is unknown, or the
            images have another type or shape.

    Examples:
        >>> edited = kerasgan.translate(faces, "runs/0003-stargan", Young="no")
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
        raise InvalidInput(
            f"images must be uint8 [n, H, W, 3], got {images.dtype} {list(images.shape)}"
        )
    found = lookup.find(run, TranslationConfig, labels)
    task = tasks.of_images(found.config)
    changes = task.checked_changes(found.schema, EditRequest(to, labels))
    round_trip = task.scaled(found, loading.load(found, str(checkpoint)), changes, scale)
    translated = [next(round_trip(image)) for image in images]
    return np.stack(translated) if translated else images


def export(
    run: str | Path | Run | None = None,
    *,
    out: str | Path | None = None,
    checkpoint: str = "latest",
    format: str = "savedmodel",
) -> Path:
    """Export a run's generator, as `kerasgan export` does.

    Args:
        run: path, number or name of a run, or a `Run`. Default: the newest, else the bundled one.
        out: folder of models. Default: `export` in the run.
        checkpoint: of the run.
        format: "savedmodel", "keras" or "onnx"; see `kerasgan.inference.exporting`.

    Returns:
        The folder that was written.

    Raises:
        InvalidInput: if the run has no such checkpoint, or the folder is not writable.

    Examples:
        >>> kerasgan.export("pretrained", format="keras")
    """
    found = lookup.find(run)
    return exporting.export(found, tasks.of(found.config), _path(out), str(checkpoint), format)


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)


def _configured(model: str, preset, config, options: dict[str, Any]) -> tuple[str, Config]:
    kind = registry.config_class(model)
    path = None if config is None else Path(config)
    return directory.configure(kind, preset, path, kind.checked(options))
