"""The tab that lists the runs and shows the training of one."""

from functools import partial
from pathlib import Path

import gradio as gr

from kerasgan.demo import run_images, run_selection
from kerasgan.demo.components import IMAGE_OPTIONS, LIVE, QUEUED
from kerasgan.runs import status


def add(page: gr.Blocks, name: str | None) -> None:
    """Add the tab to the page.

    Args:
        name: the run to begin with. Default: the newest.
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
        paths, selected = gr.State({}), gr.State()
        with gr.Row():
            with gr.Column(min_width=320):
                title = gr.Markdown(elem_classes="caption")
                losses = gr.Image(alt_text="Losses", **IMAGE_OPTIONS)
            with gr.Column(min_width=320):
                step = gr.Markdown()
                sheet = gr.Image(alt_text="Samples", **IMAGE_OPTIONS)
                position = gr.Slider(0, 1, step=1, label="First to last samples")
    page.load(partial(_list_runs, name), outputs=[table, paths, selected], **QUEUED)
    table.select(_select_run, paths, selected, **QUEUED)
    selected.change(_show_run, selected, [title, losses, position, step, sheet], **QUEUED)
    position.input(_show_samples, [selected, position], [step, sheet], **LIVE)


def _list_runs(name: str | None) -> list:
    """The rows of the table, {name: path} of its runs, and the path of the first."""
    runs = run_selection.statuses(name)
    rows = [status.row(run) for run in runs]
    paths = {run.name: str(run.path) for run in runs}
    return [rows, paths, str(runs[0].path)]


def _select_run(paths: dict[str, str], event: gr.SelectData) -> str:
    return paths[event.row_value[0]]


def _show_run(path: str | None) -> list:
    """Name and losses of a run, the slider at its last samples, and these."""
    if path is None:
        return [gr.skip()] * 5
    last = max(len(run_images.sample_steps(path)) - 1, 0)
    slider = gr.update(maximum=max(last, 1), value=last, visible=last > 0)
    name, losses = Path(path).name, run_images.loss_plot(path)
    return [f"### {name}", losses, slider, *_show_samples(path, last)]


def _show_samples(path: str, position: int) -> list:
    steps = run_images.sample_steps(path)
    if not steps:
        return ["### No samples yet", None]
    return [f"### Step {steps[position]:,}", run_images.sample_sheet(path, steps[position])]
