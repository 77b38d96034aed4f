"""kerasgan report RUN..."""

import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import rich_click as click

from kerasgan.commands import messages, options, parameter_types, sweep
from kerasgan.configs import Config
from kerasgan.configs.translation import TranslationConfig
from kerasgan.utils.errors import InvalidInput


class _Report(click.RichCommand):
    """A command whose option --inputs takes all files that follow it."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        words, option = [], ""
        for word, following in pairwise([*args, ""]):
            if word == "--inputs" and following and not following.startswith("-"):
                option = word
                continue
            option = "" if word.startswith("-") else option
            words += [option, word] if option else [word]
        return super().parse_args(context, words)


@click.command(cls=_Report)
@options.run_names
@click.option(
    "--inputs",
    multiple=True,
    type=parameter_types.FilePath(exists=True, dir_okay=False),
    metavar="FILE...",
    help="Images to show as each run translates or edits them.",
)
@options.target_domain
@options.label_values
@options.html_page("report.html")
@options.open_output
@options.as_json
def report(
    names: tuple[str, ...],
    inputs: tuple[Path, ...],
    to: str | None,
    values: dict[str, str],
    html: Path,
    open_output: bool,
    as_json: bool,
) -> None:
    """Compare runs on one page: metrics, evaluations, curves and samples from the same noise.

    With --inputs, images of your choice, too: originals first.
    """
    from kerasgan.runs import lookup
    from kerasgan.utils import files

    if not inputs and (to or values):
        raise InvalidInput("--to, --set, --hair and --eyes need --inputs")
    kind = TranslationConfig if inputs else Config
    found = [lookup.run(name, kind) for name in names]
    files.check_file(html)

    from kerasgan.experiments import chosen_images, comparison
    from kerasgan.inference.image_to_image import EditRequest

    compared = [comparison.read(run.path.name, run) for run in found]
    with TemporaryDirectory() as folder:
        parts = []
        if inputs:
            sheet = chosen_images.sheet(found, inputs, EditRequest(to, values))
            parts.append(comparison.figure(sheet, Path(folder) / "inputs.png"))
        comparison.write(compared, Path(folder), f"{len(found)} runs", *parts)
        sweep.echo_table(compared, Path(folder), as_json)
        with files.replacing(html) as temporary:
            shutil.copyfile(Path(folder) / "report.html", temporary)
    messages.echo(f"wrote {html}", err=as_json)
    if open_output:
        messages.open_output(html)
