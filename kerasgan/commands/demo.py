"""kerasgan demo"""

import secrets
from importlib.util import find_spec

import rich_click as click

from kerasgan.commands import messages
from kerasgan.utils.errors import InvalidInput


@click.command()
@click.option("--run", help="Path, number or name of a run.  [default: the newest of each kind]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=7860,
    show_default=True,
    help="Port of this machine; 0 chooses a free one.",
)
@click.option(
    "--token/--no-token",
    default=True,
    help="Serve only browsers that have the token of the printed address.  [default: token]",
)
def demo(run: str | None, port: int, token: bool) -> None:
    """Serve a web page that generates faces, translates images and lists the runs.

    It accepts connections from this machine only, and with its token from you only. Ctrl-C ends it.
    """
    if find_spec("gradio") is None:
        raise InvalidInput("kerasgan demo needs Gradio: pip install 'kerasgan[demo]'")

    from kerasgan.demo import server
    from kerasgan.runs import lookup

    if run is not None:
        lookup.run(run)
    with server.listening(port) as listener, server.private() as folder:
        from kerasgan.demo import page

        secret = secrets.token_urlsafe() if token else None
        app = page.app(run, folder, secret)
        address, port = listener.getsockname()
        query = f"/?token={secret}" if token else ""
        messages.echo(f"page: http://{address}:{port}{query} (Ctrl-C ends it)")
        server.serve(app, listener)
