"""kerasgan reproduce [NAME]"""

import rich_click as click

from kerasgan.commands import messages, parameter_types, sweep
from kerasgan.commands.train import parsed
from kerasgan.utils.errors import InvalidInput, unknown

_EVALUATED = 1000


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Runs per setting."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at once."
)
@click.option(
    "--out", type=parameter_types.FilePath(), help="The sweep's folder.  [default: sweeps/NAME]"
)
@click.option(
    "--cascade",
    type=parameter_types.FilePath(),
    help="OpenCV's file for the face count, the measure of the course, of the changes to DCGAN's "
    "training; needs the extra 'faces'. Without it, images are judged by their Frechet distance.",
)
@click.argument("train_options", nargs=-1, type=click.UNPROCESSED)
def reproduce(name, seeds, jobs, out, cascade, train_options) -> None:
    """Repeat an experiment of the course reports; without NAME, list the experiments.

    All other options are passed to `kerasgan train`: `--preset quick` is small enough for two CPU
    cores. The same command continues a reproduction that was stopped.
    """
    from kerasgan.experiments import comparison, reproductions
    from kerasgan.runs import home

    known = reproductions.REPRODUCTIONS
    if name is None:
        for each, reproduction in known.items():
            messages.tell(f"{each}: {', '.join(reproduction.settings)}\n  {reproduction.claim}")
        return
    if name not in known:
        raise unknown("reproduction", name, known)
    reproduction = known[name]
    if cascade and not reproduction.counts_faces:
        counting = ", ".join(each for each in known if known[each].counts_faces)
        raise InvalidInput(f"--cascade applies to {counting}, got {name}")
    planned = reproductions.plan(reproduction, train_options, seeds, parsed)
    sweep.check(planned)
    folder = out or home.folder().parent / "sweeps" / name
    evaluate = ("--n", str(_EVALUATED)) if reproduction.evaluated else ()
    if cascade:
        evaluate += ("--cascade", str(cascade))
    compared, failed = sweep.carry_out(planned, folder, jobs, evaluate, name, reproduction.claim)
    if reproduction.columns and compared:
        table = comparison.table_of(compared, reproduction.columns, reproduction.reported)
        messages.tell(table)
    groups = comparison.by_setting(compared)
    messages.tell(f"The report: {reproduction.claim}")
    if failed or groups.keys() != reproduction.settings.keys():
        messages.tell("This reproduction is incomplete.")
        click.get_current_context().exit(1)
    messages.tell(f"This reproduction {'agrees' if reproduction.agrees(groups) else 'disagrees'}.")
