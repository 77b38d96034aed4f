"""kerasgan sweep MODEL"""

from pathlib import Path

import click

from kerasgan.commands import messages
from kerasgan.commands.train import parsed, train
from kerasgan.configs.base import option_name
from kerasgan.utils.errors import InvalidInput, hint


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("model")
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="NAME=V,V...",
    help="An option of kerasgan train and its values; several --vary cross. "
    "A,B=A1:B1,A2:B2 varies two together; colons also join the parts of one value.",
)
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--evaluate", type=click.IntRange(min=1), help="Evaluate each run on so many images.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The sweep's folder.  [default: sweeps/NAME]"
)
@click.argument("train_options", nargs=-1, type=click.UNPROCESSED)
def sweep(model, vary, seeds, jobs, evaluate, out, train_options) -> None:
    """Train MODEL with every combination of the values, then compare the runs.

    Other options are those of `kerasgan train MODEL`. The same command goes on with a sweep that
    was stopped.
    """
    train.resolve_command(click.get_current_context(), [model])
    from kerasgan.experiments import sweeps
    from kerasgan.runs import directory

    known = {option.name: option for option in train.commands[model].params}
    fixed = {"out", "preset", "seed"}

    def arity(option: str) -> int:
        name = option.replace("-", "_")
        if name not in known or name in fixed:
            allowed = sorted(option_name(other) for other in set(known) - fixed)
            raise InvalidInput(
                f"{model} has no option {option!r} to vary{hint(option, allowed)}; "
                f"allowed: {', '.join(allowed)}"
            )
        return known[name].nargs

    varied = [sweeps.parse(text, arity) for text in vary]
    planned = sweeps.plan(model, train_options, varied, seeds)
    check(planned)
    name = "-".join([model, *(text.partition("=")[0].replace(",", "-") for text in vary)])
    folder = out or directory.home().parent / "sweeps" / name
    _, failed = carry_out(planned, folder, jobs, evaluate, f"{model}: {', '.join(vary)}")
    if failed:
        click.get_current_context().exit(1)


def check(planned) -> None:
    """Refuse a plan whose runs `kerasgan train` would refuse."""
    for model, *words in (run.words for run in planned):
        parsed(model, words)


def carry_out(planned, folder: Path, jobs: int, evaluate: int | None, title: str, note: str = ""):
    """Carry the plan out and compare its runs in `folder`.

    Returns:
        The compared runs, and a line for each that failed.
    """
    from kerasgan.experiments import comparison, sweeps
    from kerasgan.runs import directory

    ends = sweeps.carry_out(planned, folder, jobs, evaluate)
    compared = [
        comparison.read(run.setting, directory.read(folder / run.folder))
        for run in planned
        if (folder / run.folder / directory.CONFIG_FILE).exists()
    ]
    failed = [f"{run.folder}: {end}" for run, end in ends.items() if end != "done"]
    comparison.write(compared, folder, title, "; ".join([note, *failed]))
    messages.tell((folder / "table.md").read_text())
    messages.tell(f"wrote {folder / 'report.html'}")
    for line in failed:
        messages.tell(line, err=True)
    return compared, failed
