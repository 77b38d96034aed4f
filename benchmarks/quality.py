"""How often a separately trained classifier reads the wanted colours in generated faces.

`python -m benchmarks.quality [RUN] [--count 1000]`; the classifier is trained on the run's training
pictures, and its ceiling is measured on the held-out ones.
"""

import click

from kerasgan import runs


@click.command()
@click.argument("run", required=False)
@click.option("--count", default=1000, show_default=True, help="Generated faces.")
@click.option("--seed", default=0, show_default=True)
def main(run: str | None, count: int, seed: int) -> None:
    """Print the accuracies of RUN's newest checkpoint."""
    import numpy as np

    from kerasgan import sampling
    from kerasgan.datasets import faces
    from kerasgan.evaluation import classifier

    found = runs.find(run)
    split = faces.load(found.config)
    judge = classifier.trained(split.training)
    held_out = split.held_out
    labels = {"hair": held_out.hair, "eyes": held_out.eyes}
    pictures = held_out.pictures(np.arange(len(held_out.rows)))
    _report(f"{len(held_out.rows)} held-out faces", classifier.accuracy(judge, pictures, labels))

    random = np.random.default_rng(seed)
    places = {
        kind: random.integers(len(colours), size=count)
        for kind, colours in zip(("hair", "eyes"), found.vocabulary, strict=False)
    }
    names = (np.array(getattr(found.vocabulary, kind))[at] for kind, at in places.items())
    pairs = list(zip(*names, strict=True))
    sampler = sampling.Sampler(found, sampling.load_generator(found))
    generated = sampler.pictures(pairs, seed)
    _report(f"{count} generated faces", classifier.accuracy(judge, generated, places))


def _report(of: str, accuracies: dict[str, float]) -> None:
    print(f"{of}: " + ", ".join(f"{kind} {share:.1%}" for kind, share in accuracies.items()))


if __name__ == "__main__":
    main()
