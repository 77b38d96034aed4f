"""kerasgan demo"""

from importlib.util import find_spec

import click

from kerasgan.errors import Refused


@click.command()
@click.option("--run", help="A path, number or name.  [default: the newest that fits]")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True)
def demo(run: str | None, port: int) -> None:
    """Show a page in the browser that draws faces, translates pictures and lists the runs.

    It is for this machine alone. Ctrl-C ends it.
    """
    if find_spec("gradio") is None:
        raise Refused("kerasgan demo needs Gradio: pip install 'kerasgan[demo]'")

    from kerasgan import finding
    from kerasgan.demo import server

    if run is not None:
        finding.run(run)
    with server.listening(port) as listener, server.private() as folder:
        from kerasgan.demo import page

        app = page.app(run, folder)
        address, port = listener.getsockname()
        click.echo(f"page: http://{address}:{port} (Ctrl-C ends it)")
        server.serve(app, listener)
