"""kerasgan demo"""

from importlib.util import find_spec

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.utils.errors import InvalidInput


@click.command()
@options.run("the newest of each kind")
@options.local_page(port=7860)
def demo(run: str | None, port: int, token: str | None) -> None:
    """Serve a web page that generates faces and translates images.

    It accepts connections from this machine only, and with its token from you only. Ctrl-C ends it.
    """
    if find_spec("gradio") is None:
        raise InvalidInput("kerasgan demo needs Gradio: pip install 'kerasgan[demo]'")

    from kerasgan.demo import server
    from kerasgan.runs import lookup
    from kerasgan.utils import local_pages

    if run is not None:
        lookup.run(run)
    with local_pages.listening(port) as listener, server.private() as folder:
        from kerasgan.demo import page

        app = page.app(run, folder, token)
        messages.echo(f"page: {local_pages.address(listener, token)} (Ctrl-C ends it)")
        server.serve(app, listener)
