"""kerasgan demo"""

import click

from kerasgan.errors import Refused


@click.command()
@click.option("--run", help="A path, number or name.  [default: the newest that fits]")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True)
def demo(run: str | None, port: int) -> None:
    """Show a page in the browser that draws faces, translates pictures and lists the runs."""
    from kerasgan import runs

    if run is not None:
        runs.find(run)
    try:
        from kerasgan.demo import page
    except ModuleNotFoundError as error:
        raise Refused("kerasgan demo needs Gradio: pip install 'kerasgan[demo]'") from error
    with page.listening(port) as listener:
        address, port = listener.getsockname()
        click.echo(f"page: http://{address}:{port} (Ctrl-C ends it)")
        page.serve(listener, run)
