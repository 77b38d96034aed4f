"""kerasgan demo"""

import secrets
from importlib.util import find_spec

import rich_click as click

from kerasgan.commands import messages
from kerasgan.utils.errors import InvalidInput


@click.command()
@click.option("--run", help="A path, number or name.  [default: the newest that fits]")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True)
@click.option(
    "--token/--no-token",
    default=True,
    help="Answer only browsers that have the token of the printed address.  [default: token]",
)
def demo(run: str | None, port: int, token: bool) -> None:
    """Show a page in the browser that draws faces, translates images and lists the runs.

    It is for this machine alone, and with its token for you alone. Ctrl-C ends it.
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
        messages.tell(f"page: http://{address}:{port}{query} (Ctrl-C ends it)")
        server.serve(app, listener)
