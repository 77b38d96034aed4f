"""Whether generated avatars have all haircuts, mouths and so on as often as drawn ones.

`python -m benchmarks.variety RUN... [--count 1500] [--checkpoint latest]`; a classifier of these,
trained on the first run's training images, reads them, and is tried on held-out ones.
"""

import click

from kerasgan.configs.base import NoiseConfig
from kerasgan.runs import lookup

_TRAITS = ("haircut", "fringe", "side_locks", "ornament", "mouth", "skin")


@click.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--count", default=1500, show_default=True, help="Generated faces.")
@click.option("--checkpoint", default="latest", show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(names: tuple[str, ...], count: int, checkpoint: str, seed: int) -> None:
    """Print, for each trait, the share of faces that have too common a value of it.

    It is the distance in total variation from held-out avatars: 0% where all values are as common
    as among those. The most common value is named beside its share.
    """
    import numpy as np

    from kerasgan.datasets import labelled, sources
    from kerasgan.datasets.avatars import traits
    from kerasgan.evaluation.features import classifier
    from kerasgan.inference import sampling
    from kerasgan.labels import NO_LABELS

    found = [lookup.run(name, NoiseConfig) for name in names]
    if found[0].config.data != "avatars":
        raise click.UsageError(f"{found[0].name} has other data; allowed: runs on avatars")
    split = labelled.load(found[0].config)
    drawn, others = (
        [traits.face(sources.AVATAR_SEED, int(row)) for row in part.rows] for part in split
    )
    values = {trait: sorted({str(getattr(face, trait)) for face in drawn}) for trait in _TRAITS}

    def places(shown: list[traits.Face], trait: str) -> np.ndarray:
        return np.array([values[trait].index(str(getattr(face, trait))) for face in shown])

    one_hot = [np.eye(len(values[trait]))[places(drawn, trait)] for trait in _TRAITS]
    traits = tuple(f"{trait} {value}" for trait in _TRAITS for value in values[trait])
    judge = classifier.trained(
        split.training._replace(
            key=f"{split.training.key}-traits",
            vocabulary=NO_LABELS._replace(attributes=traits),
            attributes=np.concatenate(one_hot, axis=1, dtype="float32"),
        )
    )
    ends = np.cumsum([len(values[trait]) for trait in _TRAITS])[:-1]

    def read(pictures: np.ndarray) -> dict[str, np.ndarray]:
        parts = np.split(classifier.outputs(judge, pictures)["attributes"], ends, axis=1)
        return {trait: part.argmax(1) for trait, part in zip(_TRAITS, parts, strict=True)}

    held_out = split.held_out
    seen = read(held_out.pictures(np.arange(held_out.size)))
    right = [f"{trait} {(seen[trait] == places(others, trait)).mean():.1%}" for trait in _TRAITS]
    print(f"{held_out.size} held-out faces, read right: {', '.join(right)}")
    real = {trait: np.bincount(seen[trait], minlength=len(values[trait])) for trait in _TRAITS}
    for run in found:
        generator = sampling.load(run, checkpoint).sampling_generator
        pairs = sampling.random_pairs(run.vocabulary, run.config.CONDITIONS, count, seed)
        sampler = sampling.Sampler(generator, run.vocabulary, run.config.sigma)
        seen = read(sampler.generate(pairs, seed))
        print(f"{run.name}, {count} generated faces, too common:")
        for trait in _TRAITS:
            shares = np.bincount(seen[trait], minlength=len(values[trait])) / count
            excess = (shares - real[trait] / held_out.size).clip(0).sum()
            commonest = values[trait][shares.argmax()]
            print(f"  {trait:10} {excess:4.0%}, {commonest} {shares.max():.0%}")


if __name__ == "__main__":
    main()
