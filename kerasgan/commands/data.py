"""kerasgan data ..."""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.commands.names import NamedGroup
from kerasgan.utils.errors import InvalidInput


@click.group(cls=NamedGroup)
def data() -> None:
    """Make and check data sets."""


@data.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--count", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--image-size", type=click.IntRange(min=8), default=96, show_default=True)
@click.option("--style", default="animation", show_default=True, help="animation or cartoon.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def render(folder: Path, count: int, image_size: int, style: str, seed: int) -> None:
    """Draw avatars into FOLDER, new or empty: images/*.png and tags.csv."""
    from kerasgan.datasets.avatars import rendering

    rendering.render(folder, count, image_size, style, seed)
    messages.tell(f"drew {count} faces: {folder}")


@data.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--layout", default="auto", show_default=True, help="As of kerasgan train.")
@click.option(
    "--attributes",
    multiple=True,
    callback=options.split,
    metavar="A,B",
    help="The columns that give tags; all of them without this.",
)
@click.option("--follow-links", is_flag=True, help="Follow symbolic links inside PATH.")
@click.option("--html", type=click.Path(path_type=Path), help="Write all of it as one page.")
@click.option(
    "--heat-map", type=click.Path(path_type=Path), help="Write how many images have which pair."
)
@click.option(
    "--fix",
    type=click.Path(path_type=Path),
    help="Write a clean copy and its log into this folder, new or empty.",
)
def check(path, layout, attributes, follow_links, html, heat_map, fix) -> None:
    """Report what is in PATH, a folder or a label file, and what is wrong with it.

    Exit code 0: nothing is wrong; 1: something was reported; 2: nothing could train.
    """
    from kerasgan.datasets.checks import cleaning, html_report, inspection
    from kerasgan.utils import files

    for file in filter(None, (html, heat_map)):
        files.check_writable(file.parent)
    if fix:
        files.check_vacant(fix)
    report = inspection.check(path, layout, attributes, follow_links)
    messages.tell(inspection.as_text(report))
    picture = None
    if report.pairs and (html or heat_map):
        from kerasgan.reporting import plots

        picture = plots.draw_pairs(report.pairs, report.vocabulary)
    if heat_map and picture:
        files.write(heat_map, picture)
        messages.tell(f"wrote {heat_map}")
    if html:
        files.write(html, html_report.as_html(report, picture))
        messages.tell(f"wrote {html}")
    if not report.readable:
        raise InvalidInput(f"nothing in {path} could train")
    if fix:
        messages.tell(f"wrote {cleaning.write(report, fix):,} images: {fix}")
    if report.problems:
        click.get_current_context().exit(1)
