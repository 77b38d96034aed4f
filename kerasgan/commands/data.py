"""kerasgan data: make and check datasets."""

import sys
from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options, parameter_types
from kerasgan.commands.names import NamedGroup
from kerasgan.datasets import layouts
from kerasgan.utils.errors import InvalidInput


@click.group(cls=NamedGroup)
def data() -> None:
    """Make and check datasets."""


@data.command()
@click.argument("folder", type=parameter_types.FilePath())
@click.option("--count", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--image-size", type=click.IntRange(min=8, max=4096), default=96, show_default=True)
@click.option("--style", default="animation", show_default=True, help="animation or cartoon.")
@click.option("--seed", type=click.IntRange(min=0, max=2**32), default=0, show_default=True)
def render(folder: Path, count: int, image_size: int, style: str, seed: int) -> None:
    """Draw avatars into FOLDER, which must be new or empty: images/*.png and tags.csv."""
    from kerasgan.datasets.avatars import rendering

    rendering.render(folder, count, image_size, style, seed)
    messages.echo(f"drew {count} faces: {folder}")


@data.command()
@click.argument("path", type=parameter_types.FilePath())
@click.option(
    "--layout",
    type=parameter_types.Choice(layouts.CHOICES),
    default=layouts.AUTO,
    show_default=True,
    help="Layout of the data.",
)
@click.option(
    "--labels",
    multiple=True,
    callback=options.split,
    metavar="A,B",
    help="Labels to count.  [default: those that a model would train on]",
)
@click.option("--follow-links", is_flag=True, help="Follow symbolic links inside PATH.")
@click.option(
    "--html", type=parameter_types.FilePath(), help="Write the whole report as an HTML page."
)
@click.option(
    "--heat-map",
    type=parameter_types.FilePath(),
    help="Write the counts of each two values of the first two labels as a PNG.",
)
@click.option(
    "--fix",
    type=parameter_types.FilePath(),
    help="Write a clean copy and a log into this folder, which must be new or empty.",
)
@options.as_json
def check(path, layout, labels, follow_links, html, heat_map, fix, as_json) -> None:
    """Report the contents of PATH, a folder or a label file, and its problems.

    Exit code 0: no problem; 1: at least one problem; 2: no image to train on.
    """
    from kerasgan.datasets.checks import cleaning, inspection, json_report, text_report

    _check_paths(path, html, heat_map, fix)
    report = inspection.check(path, layout, labels, follow_links)
    if as_json:
        messages.document(json_report.as_record(report))
    else:
        messages.echo(text_report.as_text(report))
    for file in _write(report, html, heat_map):
        messages.echo(f"wrote {file}", err=as_json)
    if not report.readable:
        raise InvalidInput(f"{path} has no image to train on")
    if fix:
        messages.echo(f"wrote {cleaning.write(report, fix):,} images: {fix}", err=as_json)
    if heat_map and len(report.labels) < 2:
        raise InvalidInput(f"--heat-map needs two labels, and {path} has {len(report.labels)}")
    if report.problems:
        sys.exit(1)


def _check_paths(path: Path, html: Path | None, heat_map: Path | None, fix: Path | None) -> None:
    """Refuse data that cannot be checked, and outputs that cannot be written."""
    from kerasgan.datasets import shards
    from kerasgan.utils import files

    if shards.is_pattern(str(path)):
        raise InvalidInput(
            f"{path}: tar files are not checked; train names the damaged ones, and refuses them "
            "with --strict"
        )
    for file in filter(None, (html, heat_map)):
        files.check_file(file)
    if html and html.suffix.lower() not in (".html", ".htm"):
        raise InvalidInput(f"--html must end in .html, got {html}")
    if fix:
        files.check_vacant(fix)
    _check_outside(path, {"--heat-map": heat_map, "--fix": fix})


def _write(report, html: Path | None, heat_map: Path | None) -> list[Path]:
    """Write the files of a report, and return those that were written."""
    if not (html or heat_map):
        return []
    from kerasgan.datasets.checks import html_report
    from kerasgan.reporting import plots
    from kerasgan.utils import files

    png = None
    if len(report.labels) > 1:
        png = plots.draw_counts(report.pair_counts(0, 1), *report.labels[:2])
    contents = {heat_map: png, html: html and html_report.as_html(report, png)}
    written = {file: content for file, content in contents.items() if file and content}
    for file, content in written.items():
        files.write(file, content)
    return list(written)


def _check_outside(path: Path, outputs: dict[str, Path | None]) -> None:
    """Refuse outputs that would be part of the data from then on."""
    if not path.exists():
        return
    root = (path if path.is_dir() else path.parent).resolve()
    for option, output in outputs.items():
        if output and output.resolve().is_relative_to(root):
            raise InvalidInput(f"{option} must be outside of the data in {root}, got {output}")
