"""kerasgan watch [RUN]..."""

import rich_click as click

from kerasgan.commands import messages, options


@click.command()
@click.argument("names", metavar="[RUN]...", nargs=-1, shell_complete=options.complete_run)
@options.local_page(port=7861)
def watch(names: tuple[str, ...], port: int, token: str | None) -> None:
    """Serve a web page that shows runs, also while they train.

    It shows the curves, samples, signs of failure, evaluations and options of each RUN, by path,
    number or name, one over the other. Without RUN, it shows the newest run and lists the others.

    It reads the run directories only. It accepts connections from this machine only, and with its
    token from you only. Ctrl-C ends it.
    """
    from kerasgan.utils import local_pages
    from kerasgan.utils.local_pages import Access
    from kerasgan.watch.server import PageServer
    from kerasgan.watch.watched_runs import WatchedRuns

    runs = WatchedRuns(names)
    with local_pages.listening(port) as listener:
        server = PageServer(listener, runs, Access("kerasgan watch", token))
        messages.echo(f"page: {local_pages.address(listener, token)} (Ctrl-C ends it)")
        server.serve_forever()
