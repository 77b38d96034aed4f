"""How often a separately trained classifier reads the wanted colours in generated faces.

`python -m benchmarks.quality RUN... [--count 1000]`; the classifier is trained on the first run's
training images, and its ceiling is measured on the held-out ones.
"""

import click

from kerasgan.runs import lookup


@click.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--count", default=1000, show_default=True, help="Generated faces.")
@click.option("--seed", default=0, show_default=True)
def main(names: tuple[str, ...], count: int, seed: int) -> None:
    """Print the accuracies of the newest checkpoint of each RUN."""
    import numpy as np

    from kerasgan.datasets import labelled
    from kerasgan.evaluation import inputs
    from kerasgan.evaluation.features import classifier
    from kerasgan.inference import sampling

    found = [lookup.run(name) for name in names]
    split = labelled.load(found[0].config)
    judge = classifier.trained(split.training)
    held_out = split.held_out
    labels = {"hair": held_out.hair, "eyes": held_out.eyes}
    pictures = held_out.pictures(np.arange(len(held_out.rows)))
    _report(f"{len(held_out.rows)} held-out faces", classifier.accuracy(judge, pictures, labels))

    first = found[0]
    pairs = sampling.random_pairs(first.vocabulary, first.config.CONDITIONS, count, seed)
    wanted = inputs.places(split.training.vocabulary, pairs)
    for run in found:
        generator = sampling.load(run).sampling_generator
        sampler = sampling.Sampler(generator, run.vocabulary, run.config.sigma)
        generated = sampler.generate(pairs, seed)
        accuracies = classifier.accuracy(judge, generated, wanted)
        _report(f"{run.path.name}, {count} generated faces", accuracies)


def _report(of: str, accuracies: dict[str, float]) -> None:
    print(f"{of}: " + ", ".join(f"{kind} {share:.1%}" for kind, share in accuracies.items()))


if __name__ == "__main__":
    main()
