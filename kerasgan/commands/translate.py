"""kerasgan translate"""

import sys

import rich_click as click

from kerasgan.commands import messages, options, parameter_types
from kerasgan.configs.translation import SCALES, TRAINING, TranslationConfig
from kerasgan.utils.printing import printable


@click.command()
@click.argument(
    "inputs",
    nargs=-1,
    required=True,
    type=parameter_types.FilePath(exists=True),
    metavar="INPUT...",
)
@options.run("the newest translation run, else the bundled one")
@options.checkpoint
@options.target_domain
@options.label_values
@click.option(
    "--scale",
    type=parameter_types.NumberOrWord(SCALES, int),
    default=TRAINING,
    show_default=True,
    help="Shorter side, in pixels, at which the network sees larger images: that of the images it "
    "was trained on, or their own. What changes is enlarged and added to the image.",
)
@click.option(
    "--triptych",
    is_flag=True,
    help="Write original, translated and, unless by cut, back, side by side.",
)
@click.option(
    "--out", required=True, type=parameter_types.FilePath(), help="Folder for the PNG files."
)
@options.open_output
def translate(inputs, run, checkpoint, to, values, scale, triptych, out, open_output) -> None:
    """Translate or edit image files and folders, at their own size.

    StarGAN's discriminator reads labels without an option off the image, and they are kept.
    """
    from kerasgan.runs import lookup
    from kerasgan.utils import files

    run = lookup.run(run, TranslationConfig, labels=values)

    from kerasgan import tasks
    from kerasgan.inference import folders, loading
    from kerasgan.inference.image_to_image import EditRequest

    task = tasks.of_images(run.config)
    changes = task.checked_changes(run.schema, EditRequest(to, values))
    files.check_writable(out)
    output_files = folders.output_files(inputs, out)
    model = loading.load(run, checkpoint)
    messages.echo(f"run: {run.name}")
    round_trip = task.scaled(run, model, changes, scale)
    problems = folders.translate_files(output_files, round_trip, triptych)
    messages.echo(f"wrote {len(output_files) - len(problems)} images to {out}")
    if open_output:
        messages.open_output(out)
    for file, reason in problems.items():
        messages.echo(f"left out {printable(file)}: it {reason}", err=True)
    if problems:
        messages.echo(f"left out {len(problems)} of {len(output_files)} images", err=True)
        sys.exit(1)
