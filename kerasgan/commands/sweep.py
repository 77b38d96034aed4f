"""kerasgan sweep MODEL"""

import sys
from collections.abc import Sequence
from pathlib import Path

import rich_click as click
from click import get_current_context

from kerasgan import registry
from kerasgan.commands import messages, options, parameter_types
from kerasgan.commands.options import VariadicOption
from kerasgan.commands.train import parameters, parsed, train
from kerasgan.configs.options import option_name
from kerasgan.utils.errors import InvalidInput, hint

_FIXED = {"out", "preset", "seed"}


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("model")
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="NAME=V,V...",
    help="An option of kerasgan train and its values. Repeated, all combinations are trained. A "
    'value of several words has spaces: "loss-weights=1 .1 .1,1 .3 .35".',
)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Runs per setting."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at once."
)
@click.option("--evaluate", type=click.IntRange(min=1), help="Images to evaluate each run on.")
@click.option(
    "--out", type=parameter_types.FilePath(), help="The sweep's folder.  [default: sweeps/NAME]"
)
@options.as_json
@click.argument("train_options", nargs=-1, type=click.UNPROCESSED)
def sweep(model, vary, seeds, jobs, evaluate, out, as_json, train_options) -> None:
    """Train MODEL with every combination of the values, then compare the runs.

    All other options are passed to `kerasgan train MODEL`. The same command continues a sweep that
    was stopped.
    """
    train.resolve_command(get_current_context(), [model])
    from kerasgan.experiments import sweeps
    from kerasgan.runs import home

    varied: dict[str, list[str]] = {}
    for text in vary:
        option, values = sweeps.parse(text, lambda option: _arity(model, option))
        if option in varied:
            raise InvalidInput(f"--vary {option} must be given once, with all values")
        varied[option] = values
    planned = sweeps.plan(model, train_options, varied, seeds)
    check(planned)
    folder = out or home.folder().parent / "sweeps" / "-".join([model, *varied])
    evaluation = ("--n", str(evaluate)) if evaluate else ()
    compared, failed = carry_out(planned, folder, jobs, evaluation)
    write_page(compared, failed, folder, f"{model}: {', '.join(vary)}", as_json=as_json)
    if failed:
        sys.exit(1)


def _arity(model: str, option: str) -> int | None:
    """Number of words that an option of a model takes; None for any number."""
    known = {param.name: param for param in parameters(registry.config_class(model)) if param.name}
    name = option.replace("-", "_")
    if name not in known or name in _FIXED:
        allowed = sorted(option_name(other) for other in set(known) - _FIXED)
        raise InvalidInput(
            f"{model} has no option {option!r} to vary{hint(option, allowed)}; "
            f"allowed: {', '.join(allowed)}"
        )
    return None if isinstance(known[name], VariadicOption) else known[name].nargs


def check(planned) -> None:
    """Raise the error with which `kerasgan train` would refuse a run of the plan."""
    for model, *words in (run.words for run in planned):
        parsed(model, words)


def carry_out(planned, folder: Path, jobs: int, evaluate: Sequence[str]):
    """Train the runs of a plan in `folder`, and evaluate them by these options.

    Returns:
        Their results, and one line for each run that failed.
    """
    from kerasgan.experiments import comparison, sweeps
    from kerasgan.runs import directory

    ends = sweeps.carry_out(planned, folder, jobs, evaluate)
    compared = []
    for run in planned:
        try:
            compared.append(comparison.read(run.setting, directory.read(folder / run.folder)))
        except InvalidInput as error:
            if ends[run] == "done":
                ends[run] = str(error)
    return compared, [f"{run.folder}: {end}" for run, end in ends.items() if end != "done"]


def write_page(
    compared, failed: Sequence[str], folder: Path, title: str, *parts: str, as_json: bool
) -> None:
    """Compare results on a page in `folder`, below these parts, which are HTML."""
    from kerasgan.experiments import comparison
    from kerasgan.reporting import html_page

    comparison.write(compared, folder, title, *parts, *map(html_page.paragraph, failed))
    echo_table(compared, folder, as_json)
    messages.echo(f"wrote {folder / 'report.html'}", err=as_json)
    for line in failed:
        messages.echo(line, err=True)


def echo_table(compared, folder: Path, as_json: bool) -> None:
    """Print the table that `comparison.write` wrote into `folder`, or as JSON a row per run."""
    from kerasgan.experiments import comparison

    if as_json:
        messages.document(comparison.rows_of(compared))
    else:
        messages.echo((folder / "table.md").read_text())
