"""Perceptual distance of generated images from real ones, and their flatness.

`python -m benchmarks.perceptual RUN [--checkpoint best] [--save-sheet sheet.png]`, or `--images
FILE.npy` or `--spoil noise` instead of RUN. Real images are images that the run never used, or new
`--avatars SIZE`, or random ones of `--folder DIR --size S`. A quotient needs 2,000 generated images
and 4,000 real ones.
"""

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from scipy.ndimage import gaussian_filter

from kerasgan.configs.generation import GenerationConfig
from kerasgan.runs import lookup
from kerasgan.runs.directory import Run

# Beyond the avatars that any run of this project trains on.
_FIRST_AVATAR = 1_000_000
_PATCH = 16


def blurred(images: np.ndarray) -> np.ndarray:
    """Uint8 images smoothed by a Gaussian of half a pixel."""
    return gaussian_filter(images, (0, 0.5, 0.5, 0))


def noisy(images: np.ndarray) -> np.ndarray:
    """Uint8 images with normal noise of 4 of 255 levels."""
    noise = np.random.default_rng(0).normal(0, 4, images.shape)
    return (images + noise).round().clip(0, 255).astype(np.uint8)


def shuffled(images: np.ndarray) -> np.ndarray:
    """Images with patches of 16x16 pixels in random order, another for each image."""
    random = np.random.default_rng(0)
    n, height, width = len(images), images.shape[1] // _PATCH, images.shape[2] // _PATCH
    patches = images.reshape(n, height, _PATCH, width, _PATCH, 3).swapaxes(2, 3)
    patches = patches.reshape(n, height * width, _PATCH, _PATCH, 3)
    patches = np.stack([image[random.permutation(len(image))] for image in patches])
    patches = patches.reshape(n, height, width, _PATCH, _PATCH, 3).swapaxes(2, 3)
    return patches.reshape(images.shape)


def exchanged(images: np.ndarray) -> np.ndarray:
    """Images with their left and right halves exchanged."""
    return np.roll(images, images.shape[2] // 2, axis=2)


# Ordered by how much the eye minds them, except the last.
SPOILED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "nothing": np.asarray,
    "blur": blurred,
    "noise": noisy,
    "shuffle": shuffled,
    "halves": exchanged,
}


@click.command()
@click.argument("name", metavar="[RUN]", required=False)
@click.option("--checkpoint", default="latest", show_default=True)
@click.option("--images", type=click.Path(exists=True), help="uint8 [n, S, S, 3], as .npy.")
@click.option("--spoil", type=click.Choice(list(SPOILED)), help="Other real images, spoiled so.")
@click.option("-n", "count", default=2000, show_default=True, help="Images of each set.")
@click.option("--seed", default=0, show_default=True)
@click.option("--avatars", type=int, metavar="SIZE", help="Compare with new avatars.")
@click.option("--folder", type=click.Path(exists=True), help="Compare with these images.")
@click.option("--size", type=int, default=64, show_default=True, help="Of the folder's images.")
@click.option("--save-sheet", type=click.Path(path_type=Path), help="Write 100 of the generated.")
def main(name, checkpoint, images, spoil, count, seed, avatars, folder, size, save_sheet) -> None:
    """Print the perceptual metrics, with the floor, and the flatness."""
    from kerasgan.utils.images import grid, save

    if sum(map(bool, (name, images, spoil))) != 1 or not (name or avatars or folder):
        raise click.UsageError("name a RUN; or --images or --spoil, and --avatars or --folder")
    run = lookup.run(name, GenerationConfig) if name else None
    if avatars:
        real = _avatars(avatars, 3 * count)
    elif folder:
        real = _of_folder(Path(folder), size, 3 * count, seed)
    else:
        real = _unseen(run, 2 * count)
    if spoil:
        generated = SPOILED[spoil](real[2 * count :])
    else:
        generated = np.load(images) if images else _generated(run, checkpoint, count, seed)
    _report(real[: 2 * count], generated[:count], seed)
    if save_sheet:
        save(grid(list(generated[:100]), 10), save_sheet)


def _report(real: np.ndarray, generated: np.ndarray, seed: int) -> None:
    from kerasgan.commands import messages
    from kerasgan.evaluation import report, result
    from kerasgan.evaluation.features import perceptual
    from kerasgan.evaluation.inputs import EvaluationInputs
    from kerasgan.evaluation.needs import Needs
    from kerasgan.evaluation.real_sets import NotMet, RealSets
    from kerasgan.labels import LabelSchema
    from kerasgan.metrics import EVALUATED

    class GivenInputs(EvaluationInputs):
        def unseen_sets(self) -> RealSets:
            count = min(len(self.real) // 2, len(self.requested))
            return RealSets(self.real[:count], self.real[count : 2 * count], count)

    networks = {"perceptual": perceptual.load()}
    unlabelled = LabelSchema(), np.empty((len(generated), 0), int)
    needs = Needs(GivenInputs(None, None, *unlabelled, real, None, seed, networks), generated)
    evaluation = result.Evaluation({}, {}, {}, {})
    for metric in EVALUATED:
        if metric.needs in ("perceptual_sample", "perceptual_features", "images"):
            try:
                samples = getattr(needs, metric.needs)
                evaluation.numbers[metric.name] = result.compute(metric, samples, seed)
            except NotMet as need:
                evaluation.missing[need.title] = need.reason
    messages.table(report.HEAD, report.rows(evaluation))
    for line in report.remarks(evaluation):
        messages.tell(line)
    for name in ("flatness", "flatness_halved"):
        number = evaluation.numbers[name]
        print(f"{name}: {number['value'] / number['real']:.2f} times that of real images")


def _generated(run: Run, checkpoint: str, count: int, seed: int) -> np.ndarray:
    from kerasgan.inference import loading
    from kerasgan.models import sampling

    generator = loading.load(run, checkpoint).sampling_generator
    labels = sampling.random_labels(run.schema, {}, range(seed, seed + count))
    return sampling.Sampler(generator, run.schema, run.config.sigma).generate(labels, seed)


def _unseen(run: Run, count: int) -> np.ndarray:
    from kerasgan.datasets import labelled
    from kerasgan.evaluation import real_sets

    return real_sets.unseen(run.config, labelled.load(run.config), count)


def _avatars(size: int, count: int) -> np.ndarray:
    from kerasgan.evaluation import real_sets

    return real_sets.render_avatars(range(_FIRST_AVATAR, _FIRST_AVATAR + count), size)


def _of_folder(folder: Path, size: int, count: int, seed: int) -> np.ndarray:
    from PIL import Image

    from kerasgan.datasets import decoding

    known = Image.registered_extensions()
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in known)
    order = np.random.default_rng(seed).permutation(len(paths))[:count]
    return np.stack([decoding.resized(paths[index], size, "crop") for index in order])


if __name__ == "__main__":
    main()
