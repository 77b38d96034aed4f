"""kerasgan data ..."""

from pathlib import Path

import click

from kerasgan.commands.names import NamedGroup


@click.group(cls=NamedGroup)
def data() -> None:
    """Make data sets."""


@data.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--count", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--image-size", type=click.IntRange(min=8), default=96, show_default=True)
@click.option("--style", default="animation", show_default=True, help="animation or cartoon.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def render(folder: Path, count: int, image_size: int, style: str, seed: int) -> None:
    """Draw avatars into FOLDER, new or empty: images/*.png and tags.csv."""
    from kerasgan.datasets import rendering

    rendering.render(folder, count, image_size, style, seed)
    click.echo(f"drew {count} faces: {folder}")
