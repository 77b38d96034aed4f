"""kerasgan evaluate"""

import dataclasses
from pathlib import Path

import click


@click.command()
@click.option("--run", help="A path, number or name.  [default: the newest run]")
@click.option("--data", help="Judge by this data.  [default: the run's]")
@click.option(
    "-n",
    "--n",
    "count",
    type=click.IntRange(min=100),
    default=10_000,
    show_default=True,
    help="Generated pictures.",
)
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), default=0, show_default=True)
@click.option("--checkpoint", default="latest", show_default=True, help="latest, or a step.")
@click.option(
    "--features",
    type=click.Choice(["classifier", "inception"]),
    default="classifier",
    show_default=True,
    help="inception adds FID and KID, where Keras's weights of InceptionV3 can be had.",
)
@click.option(
    "--cascade",
    type=click.Path(path_type=Path),
    help="OpenCV's file for the face count; needs the extra 'faces'.",
)
@click.option(
    "--cas", is_flag=True, help="Train a classifier on generated pictures, try it on real."
)
def evaluate(run, data, count, seed, checkpoint, features, cascade, cas) -> None:
    """Measure how good a run's pictures are, by pictures that it was not trained on.

    Writes evaluation.json, evaluation/*.png and report.html into the run.
    """
    from kerasgan import runs
    from kerasgan.datasets import faces
    from kerasgan.evaluation import evaluate, records, subjects

    found = runs.find(run)
    click.echo(f"run: {found.path}")
    config = dataclasses.replace(found.config, **({"data": data} if data else {}))
    judged = subjects.subject(found, faces.load(config), count, seed, checkpoint)
    evaluation = evaluate.evaluate(judged, cascade, features == "inception", cas)
    records.write(evaluation, found, checkpoint)
    click.echo(records.as_text(evaluation))
    click.echo(f"wrote {found.path / 'report.html'}")
