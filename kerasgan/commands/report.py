"""kerasgan report RUN..."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import rich_click as click

from kerasgan.commands import messages, options


@click.command()
@options.run_names
@options.html_page("report.html")
def report(names: tuple[str, ...], html: Path) -> None:
    """Compare runs on one page: metrics, evaluations, curves and samples from the same noise."""
    from kerasgan.experiments import comparison
    from kerasgan.runs import lookup
    from kerasgan.utils import files

    found = [lookup.run(name) for name in names]
    files.check_file(html)
    compared = [comparison.read(run.path.name, run) for run in found]
    with TemporaryDirectory() as folder:
        comparison.write(compared, Path(folder), f"{len(found)} runs")
        messages.tell((Path(folder) / "table.md").read_text())
        with files.replacing(html) as temporary:
            shutil.copyfile(Path(folder) / "report.html", temporary)
    messages.tell(f"wrote {html}")
