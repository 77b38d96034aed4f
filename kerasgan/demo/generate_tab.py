"""The tab that generates faces."""

import random
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from kerasgan.configs.generation import GenerationConfig
from kerasgan.demo import generate_images, run_selection
from kerasgan.demo.components import (
    IMAGE_OPTIONS,
    LIVE,
    PIXEL_CLASSES,
    QUEUED,
    report_errors,
    run_choices,
)
from kerasgan.runs import directory

_COUNT = 16
_SEED = {"precision": 0, "minimum": 0, "maximum": generate_images.MAX_SEED, "min_width": 120}
_IMAGE = {"height": 600, **IMAGE_OPTIONS}


class _Controls(NamedTuple):
    run: gr.Dropdown
    caption: gr.Markdown
    hair: gr.Dropdown
    eyes: gr.Dropdown
    seed: gr.Number
    count: gr.Slider
    sigma: gr.Slider
    weights: gr.Radio
    generate: gr.Button
    new_seed: gr.Button


class _Outputs(NamedTuple):
    """Images, and the controls of the interpolation beside its image."""

    faces: gr.Image
    second_seed: gr.Number
    position: gr.Slider
    interpolated: gr.Image
    sheet: gr.Image


def add(page: gr.Blocks, name: str | None) -> None:
    """Add the tab to the page.

    Args:
        name: the run to begin with; the newest generation run if it is of another kind.
    """
    with gr.Tab("Faces"), gr.Row():
        with gr.Column(scale=2, min_width=320):
            controls = _add_controls()
        with gr.Column(scale=3, min_width=320):
            outputs = _add_outputs()
    run, seed = controls.run, controls.seed
    page.load(run_choices(GenerationConfig, name), outputs=run, **QUEUED)
    updated = [controls.caption, controls.hair, controls.eyes, controls.sigma, controls.weights]
    run_chosen = run.change(report_errors(_update_controls), run, updated, **QUEUED)
    seed_chosen = controls.new_seed.click(lambda: random.randrange(10**6), outputs=seed, **QUEUED)
    settings = [run, controls.weights, controls.sigma, seed]
    face = [*settings, controls.hair, controls.eyes]
    interpolate = {
        "fn": report_errors(generate_images.interpolated_face),
        "inputs": [*face, outputs.second_seed, outputs.position],
        "outputs": outputs.interpolated,
    }
    for event in (controls.generate.click, run_chosen.then, seed_chosen.then):
        generated = event(
            report_errors(generate_images.face_grid),
            [*face, controls.count],
            outputs.faces,
            **QUEUED,
        )
        # Only after success, since the same error would be shown twice.
        generated.success(**interpolate, **QUEUED)
        generated.then(report_errors(generate_images.sheet), settings, outputs.sheet, **QUEUED)
    gr.on([outputs.position.input, outputs.second_seed.input], **interpolate, **LIVE)


def _add_controls() -> _Controls:
    run = gr.Dropdown(label="Run")
    caption = gr.Markdown(elem_classes="caption")
    with gr.Row():
        hair = gr.Dropdown(label="Hair", min_width=120)
        eyes = gr.Dropdown(label="Eyes", min_width=120)
    with gr.Row():
        seed = gr.Number(0, label="Seed of the first face", **_SEED)
        count = gr.Slider(
            1, generate_images.MAX_COUNT, _COUNT, step=1, label="Faces", min_width=120
        )
    sigma = gr.Slider(0, 2, step=0.05, label="Noise (sigma)")
    weights = gr.Radio([generate_images.AVERAGED, generate_images.RAW], label="Weights")
    with gr.Row():
        generate = gr.Button("Generate", variant="primary", min_width=120)
        new_seed = gr.Button("New seed", min_width=120)
    return _Controls(run, caption, hair, eyes, seed, count, sigma, weights, generate, new_seed)


def _add_outputs() -> _Outputs:
    with gr.Tab("Faces"):
        faces = gr.Image(alt_text="Faces", elem_classes=PIXEL_CLASSES, **_IMAGE)
    with gr.Tab("Interpolation"):
        with gr.Row():
            second_seed = gr.Number(1, label="Second seed", **_SEED)
            position = gr.Slider(
                0, 1, 0.5, step=0.01, label="Position between the two seeds", scale=2
            )
        interpolated = gr.Image(
            alt_text="Face between two seeds", elem_classes=PIXEL_CLASSES, **_IMAGE
        )
    with gr.Tab("Sheet"):
        sheet = gr.Image(alt_text="Hair by eyes", elem_classes="large", **_IMAGE)
    return _Outputs(faces, second_seed, position, interpolated, sheet)


def _update_controls(path: str) -> list:
    """Updates of the caption and controls to a run."""
    run = directory.read(Path(path))
    config, vocabulary = run.config, run.vocabulary
    is_conditional = bool(config.CONDITIONS)
    hair, eyes = vocabulary.pairs[0] if is_conditional else (None, None)
    return [
        run_selection.describe(run),
        gr.update(choices=vocabulary.hair, value=hair, visible=is_conditional),
        gr.update(choices=vocabulary.eyes, value=eyes, visible=is_conditional),
        gr.update(maximum=max(2.0, 2 * config.sigma), value=config.sigma),
        gr.update(value=generate_images.AVERAGED, visible=run_selection.has_raw_weights(run)),
    ]
