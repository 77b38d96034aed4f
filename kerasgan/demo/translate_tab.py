"""The tab that translates and edits images."""

import random
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from kerasgan import tasks
from kerasgan.configs.translation import TranslationConfig
from kerasgan.demo import run_selection, translate_images
from kerasgan.demo.components import (
    IMAGE_OPTIONS,
    LIVE,
    PIXEL_CLASSES,
    QUEUED,
    label_dropdowns,
    label_updates,
    report_errors,
    run_choices,
    titled_image,
)
from kerasgan.inference.image_to_image import other_domain
from kerasgan.runs import directory
from kerasgan.utils import images

_HELP = "Drop an image below, or draw another face, and compare it with its translation."


class _Controls(NamedTuple):
    run: gr.Dropdown
    caption: gr.Markdown
    upload: gr.File
    new_avatar: gr.Button
    domain: gr.Radio
    labels: list[gr.Dropdown]
    keep_size: gr.Radio


def add(page: gr.Blocks, name: str | None, folder: Path) -> None:
    """Add the tab to the page.

    Args:
        name: the run to begin with; the newest translation run if it is of another kind.
        folder: for files of uploads and of drawn avatars.
    """
    with gr.Tab("Translate"), gr.Row():
        with gr.Column(scale=2, min_width=300):
            controls = _add_controls()
        with gr.Column(scale=3, min_width=300):
            outputs = _add_outputs()
    run, domain = controls.run, controls.domain
    # The image to translate, and its number if it is a drawn avatar, not an upload.
    file, number = gr.State(), gr.State(0)
    changes = [domain, *controls.labels]
    page.load(run_choices(TranslationConfig, name), outputs=run, **QUEUED)
    updated = [controls.caption, controls.new_avatar, *changes]
    run_chosen = run.change(report_errors(_update_controls), run, updated, **QUEUED)
    new_number = partial(random.randrange, 10**6)
    number_chosen = controls.new_avatar.click(new_number, outputs=number, **QUEUED)
    uploaded = controls.upload.upload(
        _take, controls.upload, [file, number, controls.upload, *outputs], **QUEUED
    )
    translate = {
        "fn": report_errors(partial(_translate, folder)),
        "inputs": [run, file, controls.keep_size, *changes],
        "outputs": outputs,
        **QUEUED,
    }
    for event in (run_chosen.then, number_chosen.then, domain.input):
        drawn = event(partial(_draw_avatar, folder), [run, domain, number], file, **QUEUED)
        drawn.then(**translate)
    uploaded.success(**translate)
    for control in (controls.keep_size, *controls.labels):
        control.input(**translate)


def _add_controls() -> _Controls:
    gr.Markdown(_HELP)
    run = gr.Dropdown(label="Run")
    caption = gr.Markdown(elem_classes="caption")
    upload = gr.File(label="Image", height=120)
    new_avatar = gr.Button("Draw another face")
    domain = gr.Radio(label="Direction")
    labels = label_dropdowns()
    sizes = [("as in training", False), ("original", True)]
    keep_size = gr.Radio(sizes, value=False, label="Size")
    return _Controls(run, caption, upload, new_avatar, domain, labels, keep_size)


def _add_outputs() -> list[gr.ImageSlider | gr.Image]:
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            compared = gr.ImageSlider(
                label="Original and translation",
                max_height=480,
                elem_classes=PIXEL_CLASSES,
                **IMAGE_OPTIONS,
            )
            # Gradio's handle cannot be moved by the keyboard.
            position = gr.Slider(0, 100, 50, step=1, label="Part of the original, %")
        back = titled_image("And back", min_width=200, elem_classes=PIXEL_CLASSES)
    position.input(_move_handle, position, compared, **{**LIVE, "concurrency_id": "handle"})
    return [compared, back]


def _move_handle(position: float) -> dict:
    return gr.update(slider_position=position)


def _update_controls(path: str) -> list:
    """Updates of the caption and controls to a run."""
    run = directory.read(Path(path))
    names, domains = translate_images.domain_names(run.config), tasks.of(run.config).domains
    directions = [
        (f"{names[other_domain(domain)]} to {names[domain]}", domain) for domain in domains
    ]
    # The last value, since the first of a binary label is "no".
    changed = {label.name: label.values[-1] for label in run.schema.labels[:1]}
    return [
        run_selection.describe(run),
        gr.update(visible=run.config.has_avatars),
        gr.update(choices=directions, value=next(iter(domains), None), visible=bool(domains)),
        *label_updates(run.schema, changed, "unchanged"),
    ]


def _take(file: str) -> list:
    """An upload as the file to translate, which has no number, and updates that clear the rest.

    The field is emptied for another image to be dropped there, and the outputs so that an invalid
    upload does not appear beside the previous translation.
    """
    return [file, *[None] * 4]


def _draw_avatar(folder: Path, path: str, domain: str, number: int | None):
    """The file of a new avatar; no update if the user has uploaded an image."""
    if number is None:
        return gr.skip()
    if not directory.read(Path(path)).config.has_avatars:
        return None
    # Of its own, since other browsers draw the same number in another style.
    file = Path(tempfile.mkdtemp(dir=folder)) / f"face-{number}.png"
    images.save(translate_images.new_avatar(path, domain, number), file)
    return str(file)


def _translate(folder: Path, path: str, file: str | None, *changes) -> list:
    """The images of `_add_outputs`; without a way back, the last one is hidden."""
    if file is None:
        return [None, gr.update(value=None, visible=False)]
    original, translated, *back = translate_images.triptych(path, file, folder, *changes)
    return [(original, translated), gr.update(value=back[0] if back else None, visible=bool(back))]
