"""kerasgan compare A B"""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options


@click.command()
@click.argument("first", metavar="A", shell_complete=options.complete_run)
@click.argument("second", metavar="B", shell_complete=options.complete_run)
@click.option(
    "-n",
    "--count",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Number of pairs. With 50, a share of 64% is beyond chance; with 400, one of 55%.",
)
@click.option("--seed", type=click.IntRange(min=0, max=2**32), default=0, show_default=True)
@options.html_page("compare.html")
@options.open_output
def compare(first: str, second: str, count: int, seed: int, html: Path, open_output: bool) -> None:
    """Write a page that shows images of A and B side by side, without names, to choose from.

    A and B are runs, by path, number or name, or folders of images. Whoever opens the page chooses
    the better image of each pair; at the end it shows how often each was chosen, with a 95%
    interval. Two runs with the same labels show images of the same labels.
    """
    from kerasgan.experiments import blind_test
    from kerasgan.utils import files

    files.check_file(html)
    first_source, second_source = blind_test.source(first), blind_test.source(second)
    pairs = blind_test.pair(first_source, second_source, count, seed)
    files.write(html, blind_test.page(pairs, (first_source.name, second_source.name)))
    messages.echo(f"wrote {html}: open it in a browser")
    if open_output:
        messages.open_output(html)
