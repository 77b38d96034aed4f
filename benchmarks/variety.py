"""Frequencies of haircuts, mouths and other traits among generated and rendered avatars.

`python -m benchmarks.variety RUN... [--count 1500] [--checkpoint latest]`; a classifier of
the traits, trained on the first run's training images, reads them; its accuracy is measured on
held-out images.
"""

import click

from kerasgan.runs import lookup

_TRAITS = ("haircut", "fringe", "side_locks", "ornament", "mouth", "skin")


@click.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--count", default=1500, show_default=True, help="Generated faces.")
@click.option("--checkpoint", default="latest", show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(names: tuple[str, ...], count: int, checkpoint: str, seed: int) -> None:
    """Print, for each trait, the share of faces whose value of it is too common.

    This is the total variation distance from held-out avatars: 0% where all values are equally
    common in both. The most common value is printed with its share.
    """
    import numpy as np

    from kerasgan.configs.generation import GenerationConfig
    from kerasgan.datasets import labelled, sources
    from kerasgan.datasets.avatars import traits
    from kerasgan.inference import loading
    from kerasgan.models import sampling

    runs = [lookup.run(name, GenerationConfig) for name in names]
    if runs[0].config.data != "avatars":
        raise click.UsageError(
            f"{runs[0].name} must be a run on avatars, got {runs[0].config.data}"
        )
    split = labelled.load(runs[0].config)
    faces = [[traits.face(sources.AVATAR_SEED, int(row)) for row in part.rows] for part in split]
    values = {trait: sorted({str(getattr(face, trait)) for face in faces[0]}) for trait in _TRAITS}
    training, truth = (
        {
            trait: np.array([values[trait].index(str(getattr(face, trait))) for face in part])
            for trait in _TRAITS
        }
        for part in faces
    )
    read = _reader(split.training, training, values)
    held_out = split.held_out
    predicted = read(held_out.pixels(np.arange(held_out.size)))
    right = [f"{trait} {(predicted[trait] == truth[trait]).mean():.1%}" for trait in _TRAITS]
    print(f"{held_out.size} held-out faces, read right: {', '.join(right)}")
    for run in runs:
        sampler = sampling.Sampler(
            loading.load(run, checkpoint).sampling_generator, run.schema, run.config.sigma
        )
        labels = sampling.random_labels(run.schema, {}, range(seed, seed + count))
        generated = read(sampler.generate(labels, seed))
        print(f"{run.name}, {count} generated faces, too common:")
        _report(generated, predicted, values)


def _reader(images, indices, values):
    """Train a classifier of the traits; it maps images to {trait: int [n]}."""
    import numpy as np

    from kerasgan.evaluation.features import classifier
    from kerasgan.labels import LabelSchema

    labels = np.stack([indices[trait] for trait in _TRAITS], axis=1)
    names = {trait.replace(" ", "_"): values[trait] for trait in _TRAITS}
    network = classifier.trained(
        images._replace(
            key=f"{images.key}-traits",
            schema=LabelSchema.of(names, []),
            labels=labels,
            combination=np.full(len(labels), -1),
        )
    )

    def read(pixels: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(_TRAITS, classifier.read(network, pixels).T, strict=True))

    return read


def _report(generated, real, values) -> None:
    import numpy as np

    for trait in _TRAITS:
        shares, expected = (
            np.bincount(part[trait], minlength=len(values[trait])) / len(part[trait])
            for part in (generated, real)
        )
        excess = (shares - expected).clip(0).sum()
        commonest = values[trait][shares.argmax()]
        print(f"  {trait:10} {excess:4.0%}, {commonest} {shares.max():.0%}")


if __name__ == "__main__":
    main()
