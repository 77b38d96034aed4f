"""kerasgan reproduce [NAME]"""

import sys
from collections.abc import Callable

import rich_click as click

from kerasgan.commands import messages, options, parameter_types, sweep
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
@click.option(
    "--photo",
    "photos",
    type=parameter_types.FilePath(exists=True, dir_okay=False),
    multiple=True,
    help="Repeatable: an image file that the runs of cycle-weights translate in both directions.",
)
@options.as_json
@click.argument("train_options", nargs=-1, type=click.UNPROCESSED)
def reproduce(name, seeds, jobs, out, cascade, photos, as_json, train_options) -> None:
    """Repeat an experiment of the course reports; without NAME, list the experiments.

    All other options are passed to `kerasgan train`: `--preset quick` is small enough for two CPU
    cores. The same command continues a reproduction that was stopped.
    """
    from kerasgan.experiments import figures, reproductions
    from kerasgan.experiments.reproduction import judged, plan
    from kerasgan.reporting import html_page
    from kerasgan.runs import home

    known = reproductions.REPRODUCTIONS
    if name is None:
        _list(known, as_json)
        return
    if name not in known:
        raise unknown("reproduction", name, known)
    reproduction = known[name]
    _check_applicable("--cascade", cascade, name, known, lambda each: each.counts_faces)
    _check_applicable("--photo", photos, name, known, lambda each: each.has_photos)
    evaluate = ("--n", str(_EVALUATED)) if reproduction.evaluated else ()
    if cascade:
        train_options += ("--count-faces", str(cascade))
        evaluate += ("--cascade", str(cascade))
    planned = plan(reproduction, train_options, seeds, parsed)
    sweep.check(planned)
    folder = out or home.folder().parent / "sweeps" / name
    compared, failed = sweep.carry_out(planned, folder, jobs, evaluate)
    complete = len(compared) == len(planned) and (reproduction.may_fail or not failed)
    lines, shown = [f"The report: {reproduction.claim}", "This reproduction is incomplete."], []
    if complete:
        lines, shown = judged(reproduction, compared), reproduction.figure(compared, folder)
        shown += figures.translations(compared, folder, photos) if photos else []
    text = html_page.preformatted("\n".join(lines))
    sweep.write_page(compared, failed, folder, name, text, *shown, as_json=as_json)
    for line in lines:
        messages.echo(line, err=as_json)
    if not complete:
        sys.exit(1)


def _list(known, as_json: bool) -> None:
    """Print the names, settings and claims of all experiments."""
    if as_json:
        messages.document(
            [
                {"name": name, "settings": list(listed.settings), "claim": listed.claim}
                for name, listed in known.items()
            ]
        )
        return
    for name, listed in known.items():
        messages.echo(f"{name}: {', '.join(listed.settings)}\n  {listed.claim}")


def _check_applicable(option: str, value, name: str, known, allows: Callable[..., bool]) -> None:
    allowed = [each for each in known if allows(known[each])]
    if value and name not in allowed:
        raise InvalidInput(f"{option} applies to {', '.join(allowed)}, got {name}")
