"""kerasgan evaluate"""

import dataclasses
from pathlib import Path

import click

from kerasgan.commands import messages, options
from kerasgan.configs.base import NoiseConfig
from kerasgan.utils.errors import InvalidInput


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
    type=options.Choice(["classifier", "perceptual", "inception"]),
    multiple=True,
    help="Repeatable: perceptual adds distances that agree with the eye, by the extra "
    "'perceptual'; inception adds FID and KID, where Keras's weights of InceptionV3 can be had.  "
    "[default: perceptual where the extra is installed, else classifier]",
)
@click.option(
    "--cascade",
    type=click.Path(path_type=Path),
    help="OpenCV's file for the face count; needs the extra 'faces'.",
)
@click.option("--cas", is_flag=True, help="Train a classifier on generated images, try it on real.")
def evaluate(run, data, count, seed, checkpoint, features, cascade, cas) -> None:
    """Measure how good a run's images are, by images that it was not trained on.

    Writes evaluation.json, evaluation/*.png and report.html into the run.
    """
    from kerasgan.runs import lookup

    found = lookup.run(run)
    has_noise = isinstance(found.config, NoiseConfig)
    if not has_noise and (cascade or cas or features):
        raise InvalidInput(
            f"{found.name} is a run of {found.config.MODEL}: leave out --cascade, --cas and "
            "--features"
        )

    from kerasgan.datasets import pipeline
    from kerasgan.evaluation import generation, inputs, report, translation
    from kerasgan.evaluation.features import efficientnet
    from kerasgan.inference import sampling

    if has_noise:
        if not features and efficientnet.is_installed():
            features = ("perceptual",)
        networks = generation.load(features)
    messages.tell(f"run: {found.name}")
    config = dataclasses.replace(found.config, **({"data": data} if data else {}))
    split = pipeline.load(config)
    if has_noise:
        sampler = sampling.Sampler(found, sampling.load(found, checkpoint).sampling_generator)
        needs = {"networks": networks, "cascade": cascade, "gan_train": cas}
        real = inputs.load(found, config, split, count, seed, **needs)
        evaluation = generation.evaluate(real, sampler.pictures(real.pairs, seed))
    else:
        measure = {
            "domain": translation.evaluate_domains,
            "labels": translation.evaluate_labels,
        }[config.CONDITION]
        judging = dataclasses.replace(found, config=config)
        evaluation = measure(judging, split, count, seed, checkpoint)
    report.write(evaluation, found, checkpoint)
    messages.tell(report.as_text(evaluation))
    messages.tell(f"wrote {found.outputs / 'report.html'}")
