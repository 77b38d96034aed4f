"""How far generated images are from real ones as the eye sees them, and how flat they are.

`python -m benchmarks.perceptual RUN [--checkpoint best] [--save-sheet sheet.png]`, or `--images
FILE.npy` in the place of RUN. Real images are those that the run never used, or those of `--avatars
SIZE`, or random ones of `--folder DIR --size S`. A quotient needs 2,000 generated images and 4,000
real ones.
"""

from pathlib import Path

import click

from kerasgan import finding
from kerasgan.configs.base import NoiseConfig

# No run of this project trains on avatars with such numbers.
_FIRST_AVATAR = 1_000_000


@click.command()
@click.argument("name", metavar="[RUN]", required=False)
@click.option("--checkpoint", default="latest", show_default=True)
@click.option("--images", type=click.Path(exists=True), help="uint8 [n, S, S, 3], as .npy.")
@click.option("-n", "count", default=2000, show_default=True, help="Images of each set.")
@click.option("--seed", default=0, show_default=True)
@click.option("--avatars", type=int, metavar="SIZE", help="Compare with new avatars.")
@click.option("--folder", type=click.Path(exists=True), help="Compare with these images.")
@click.option("--size", type=int, default=64, show_default=True, help="Of the folder's images.")
@click.option("--save-sheet", type=click.Path(path_type=Path), help="Write 100 of the generated.")
def main(name, checkpoint, images, count, seed, avatars, folder, size, save_sheet) -> None:
    """Print the perceptual distance, its floor, their quotient, and the flatness."""
    import numpy as np

    from kerasgan.datasets import faces
    from kerasgan.evaluation import evaluate, measures, perceptual, records, subjects
    from kerasgan.images import grid, save

    network = perceptual.load()
    if (name is None) == (images is None) or not (name or avatars or folder):
        raise click.UsageError("name a RUN, or --images and one of --avatars and --folder")
    run = finding.run(name, NoiseConfig) if name else None
    generated = np.load(images)[:count] if images else _generated(run, checkpoint, count, seed)
    if avatars:
        real = subjects.drawn(range(_FIRST_AVATAR, _FIRST_AVATAR + 2 * count), avatars)
    elif folder:
        real = _of_folder(Path(folder), size, 2 * count, seed)
    else:
        real = subjects.unseen(run.config, faces.load(run.config), 2 * count)
    count = min(len(real) // 2, len(generated))
    parts = (real[:count], real[count : 2 * count], generated[:count])
    print(f"{count:,} generated, {count:,} real and {count:,} other real images")
    numbers = measures.perceptual([perceptual.features(network, part) for part in parts], seed)
    numbers |= measures.flat(generated, real, seed)
    print(records.as_text(evaluate.Evaluation(numbers, {}, {}, {})))
    for kind in ("flatness", "flatness_halved"):
        share = numbers[kind]["value"] / numbers[kind]["real"]
        print(f"{kind}: {share:.2f} times that of real images")
    if save_sheet:
        save(grid(list(generated[:100]), 10), save_sheet)


def _generated(run, checkpoint: str, count: int, seed: int):
    from kerasgan import sampling

    sampler = sampling.Sampler(run, sampling.load(run, checkpoint).sampling_generator)
    return sampler.pictures(sampling.random_pairs(run, count, seed), seed)


def _of_folder(folder: Path, size: int, count: int, seed: int):
    import numpy as np
    from PIL import Image

    from kerasgan.datasets import reading

    paths = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in Image.registered_extensions()
    )
    order = np.random.default_rng(seed).permutation(len(paths))[:count]
    return np.stack([reading.square(paths[place], size, "crop") for place in order])


if __name__ == "__main__":
    main()
