"""The tab of runs and of how the chosen one went."""

from functools import partial
from pathlib import Path

import gradio as gr

from kerasgan.demo import choices, run_files
from kerasgan.demo.tab import COMPUTES, MOVING, SHOWN
from kerasgan.runs import status


def add(page: gr.Blocks, name: str | None) -> None:
    """Add the tab.

    Args:
        name: the run to begin with; the newest unless given.
    """
    with gr.Tab("Runs"):
        table = gr.Dataframe(
            headers=list(status.HEAD),
            label="Click on a run to see it",
            interactive=False,
            wrap=True,
            column_widths=["28%", "10%", "14%", "9%", "9%", "10%", "10%", "10%"],
            buttons=[],
        )
        paths, chosen = gr.State({}), gr.State()
        with gr.Row():
            with gr.Column(min_width=320):
                title = gr.Markdown(elem_classes="caption")
                losses = gr.Image(alt_text="Losses", **SHOWN)
            with gr.Column(min_width=320):
                step = gr.Markdown()
                sheet = gr.Image(alt_text="Samples", **SHOWN)
                place = gr.Slider(0, 1, step=1, label="From the first samples to the last")
    page.load(partial(_filled, name), outputs=[table, paths, chosen], **COMPUTES)
    table.select(_selected, paths, chosen, **COMPUTES)
    chosen.change(_chosen, chosen, [title, losses, place, step, sheet], **COMPUTES)
    place.input(_sheet, [chosen, place], [step, sheet], **MOVING)


def _filled(name: str | None) -> list:
    found = choices.listed(name)
    rows = [status.row(one) for one in found]
    paths = {one.name: str(one.path) for one in found}
    return [rows, paths, str(found[0].path)]


def _selected(paths: dict[str, str], event: gr.SelectData) -> str:
    return paths[event.row_value[0]]


def _chosen(path: str | None) -> list:
    """The name and the curves of a run, and the slider at its last samples with those."""
    if path is None:
        return [gr.skip()] * 5
    last = max(len(run_files.steps(path)) - 1, 0)
    slider = gr.update(maximum=max(last, 1), value=last, visible=last > 0)
    return [f"### {Path(path).name}", run_files.losses(path), slider, *_sheet(path, last)]


def _sheet(path: str, place: int) -> list:
    steps = run_files.steps(path)
    if not steps:
        return ["### No samples yet", None]
    return [f"### Step {steps[place]:,}", run_files.sheet(path, steps[place])]
