"""kerasgan evaluate"""

import rich_click as click

from kerasgan import metrics
from kerasgan.commands import messages, options


@click.command()
@options.run("the newest run")
@click.option("--data", help="Judge by this data.  [default: the run's]")
@click.option(
    "-n",
    "--n",
    "count",
    type=click.IntRange(min=100),
    default=10_000,
    show_default=True,
    help="Generated images; of a model that translates, held-out images at most.",
)
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), default=0, show_default=True)
@options.checkpoint
@click.option(
    "--features",
    type=options.Choice(metrics.FEATURES),
    multiple=True,
    help="Repeatable: perceptual adds distances that agree with the eye, by the extra "
    "'perceptual'; inception adds FID and KID, where Keras's weights of InceptionV3 can be had.  "
    "[default: perceptual where the extra is installed, else classifier]",
)
@click.option(
    "--cascade",
    type=options.FilePath(),
    help="OpenCV's file for the face count; needs the extra 'faces'.",
)
@click.option("--cas", is_flag=True, help="Train a classifier on generated images, try it on real.")
def evaluate(run, data, count, seed, checkpoint, features, cascade, cas) -> None:
    """Measure how good a run's images are, by images that it was not trained on.

    Writes evaluation.json, evaluation/*.png and report.html into the run.
    """
    from kerasgan.runs import lookup

    found = lookup.run(run)

    from kerasgan import api
    from kerasgan.evaluation import report

    messages.tell(f"run: {found.name}")
    evaluation = api.evaluate(
        found,
        data=data,
        count=count,
        seed=seed,
        checkpoint=checkpoint,
        features=features,
        cascade=cascade,
        gan_train=cas,
        write=True,
    )
    messages.table(report.HEAD, report.rows(evaluation))
    for line in report.remarks(evaluation):
        messages.tell(line)
    messages.tell(f"wrote {found.outputs / 'report.html'}")
