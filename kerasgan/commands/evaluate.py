"""kerasgan evaluate"""

import rich_click as click

from kerasgan import metrics
from kerasgan.commands import messages, options, parameter_types


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
    type=parameter_types.Choice(metrics.FEATURES),
    multiple=True,
    help="Repeatable: perceptual adds distances that agree with the eye, by the extra "
    "'perceptual'; inception adds distances in features of Keras's InceptionV3, where its weights "
    "can be had.  "
    "[default: perceptual where the extra is installed, else classifier]",
)
@click.option(
    "--fid-weights",
    type=parameter_types.FilePath(),
    help="Weights of the Inception network of 2015, as pytorch-fid and torch-fidelity publish "
    "them; adds FID and KID.",
)
@click.option(
    "--cascade",
    type=parameter_types.FilePath(),
    help="OpenCV's file for the face count; needs the extra 'faces'.",
)
@click.option("--cas", is_flag=True, help="Train a classifier on generated images, try it on real.")
@options.as_json
def evaluate(
    run, data, count, seed, checkpoint, features, fid_weights, cascade, cas, as_json
) -> None:
    """Measure how good a run's images are, by images that it was not trained on.

    Writes evaluation.json, evaluation/*.png and report.html into the run.
    """
    from kerasgan.runs import lookup

    found = lookup.run(run)

    from kerasgan import api
    from kerasgan.evaluation import report

    messages.echo(f"run: {found.name}", err=as_json)
    evaluation = api.evaluate(
        found,
        data=data,
        count=count,
        seed=seed,
        checkpoint=checkpoint,
        features=features,
        fid_weights=fid_weights,
        cascade=cascade,
        gan_train=cas,
        write=True,
    )
    if as_json:
        messages.document(report.record(evaluation, found, checkpoint))
    else:
        messages.table(report.HEAD, report.rows(evaluation))
        for line in report.remarks(evaluation):
            messages.echo(line)
    messages.echo(f"wrote {found.outputs / 'report.html'}", err=as_json)
