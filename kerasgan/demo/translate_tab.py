"""The tab that translates and edits images."""

import random
from functools import partial
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from kerasgan import tasks
from kerasgan.configs.translation import TranslationConfig
from kerasgan.demo import run_selection, translate_images
from kerasgan.demo.components import (
    IMAGE_OPTIONS,
    PIXEL_CLASSES,
    QUEUED,
    label_dropdowns,
    label_updates,
    report_errors,
    run_choices,
)
from kerasgan.inference.image_to_image import other_domain
from kerasgan.runs import directory
from kerasgan.utils import images

_IMAGE = {"height": 380, "elem_classes": PIXEL_CLASSES, **IMAGE_OPTIONS}


class _Controls(NamedTuple):
    run: gr.Dropdown
    caption: gr.Markdown
    file: gr.File
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
    with gr.Tab("Translate"):
        controls, outputs = _add_controls(), _add_outputs()
    run, file, domain = controls.run, controls.file, controls.domain
    # Number of the drawn avatar; None once a file is uploaded.
    number = gr.State(0)
    changes = [domain, *controls.labels]
    page.load(run_choices(TranslationConfig, name), outputs=run, **QUEUED)
    updated = [controls.caption, controls.new_avatar, *changes]
    run_chosen = run.change(report_errors(_update_controls), run, updated, **QUEUED)
    new_number = partial(random.randrange, 10**6)
    number_chosen = controls.new_avatar.click(new_number, outputs=number, **QUEUED)
    # Cleared first, so that an invalid upload does not appear beside the previous translation.
    uploaded = file.upload(lambda: [None] * 4, outputs=[number, *outputs], **QUEUED)
    translate = {
        "fn": report_errors(partial(_translate, folder)),
        "inputs": [run, file, controls.keep_size, *changes],
        "outputs": outputs,
        **QUEUED,
    }
    for event in (run_chosen.then, number_chosen.then, domain.input):
        drawn = event(partial(_draw_avatar, folder), [run, domain, number], file, **QUEUED)
        drawn.then(**translate)
    for event in (uploaded.then, file.clear):
        event(**translate)
    for control in (controls.keep_size, *controls.labels):
        control.input(**translate)


def _add_controls() -> _Controls:
    with gr.Row():
        with gr.Column(min_width=320):
            run = gr.Dropdown(label="Run")
            caption = gr.Markdown(elem_classes="caption")
            file = gr.File(label="Image", height=140)
            new_avatar = gr.Button("Draw another face")
        with gr.Column(min_width=320):
            domain = gr.Radio(label="Direction")
            labels = label_dropdowns()
            sizes = [("as in training", False), ("original", True)]
            keep_size = gr.Radio(sizes, value=False, label="Size")
    return _Controls(run, caption, file, new_avatar, domain, labels, keep_size)


def _add_outputs() -> list[gr.Image]:
    outputs = []
    with gr.Row():
        for label in ("Original", "Translated", "And back"):
            with gr.Column(min_width=200):
                gr.Markdown(f"### {label}")
                outputs.append(gr.Image(alt_text=label, **_IMAGE))
    return outputs


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


def _draw_avatar(folder: Path, path: str, domain: str, number: int | None):
    """The file of a new avatar; no update if the user has uploaded an image."""
    if number is None:
        return gr.skip()
    if not directory.read(Path(path)).config.has_avatars:
        return None
    file = folder / f"face-{number}.png"
    images.save(translate_images.new_avatar(path, domain, number), file)
    return str(file)


def _translate(folder: Path, path: str, file: str | None, *changes) -> list:
    shown = translate_images.triptych(path, file, folder, *changes) if file else []
    return [*shown, *[None] * (3 - len(shown))]
