"""The tab that generates images."""

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
    label_dropdowns,
    label_updates,
    report_errors,
    run_choices,
)
from kerasgan.labels import MISSING
from kerasgan.runs import directory

_COUNT = 16
_SEED = {"precision": 0, "minimum": 0, "maximum": generate_images.MAX_SEED, "min_width": 120}
_IMAGE = {"height": 600, **IMAGE_OPTIONS}


class _Controls(NamedTuple):
    run: gr.Dropdown
    caption: gr.Markdown
    labels: list[gr.Dropdown]
    seed: gr.Number
    count: gr.Slider
    sigma: gr.Slider
    weights: gr.Radio
    generate: gr.Button
    new_seed: gr.Button


class _Outputs(NamedTuple):
    """Images, and the controls of the interpolation beside its image."""

    images: gr.Image
    second_seed: gr.Number
    position: gr.Slider
    interpolated: gr.Image
    sheet: gr.Image


def add(page: gr.Blocks, name: str | None) -> None:
    """Add the tab to the page.

    Args:
        name: the run to begin with; the newest generation run if it is of another kind.
    """
    with gr.Tab("Generate"), gr.Row():
        with gr.Column(scale=2, min_width=320):
            controls = _add_controls()
        with gr.Column(scale=3, min_width=320):
            outputs = _add_outputs()
    run, seed = controls.run, controls.seed
    page.load(run_choices(GenerationConfig, name), outputs=run, **QUEUED)
    updated = [controls.caption, controls.sigma, controls.weights, *controls.labels]
    run_chosen = run.change(report_errors(_update_controls), run, updated, **QUEUED)
    seed_chosen = controls.new_seed.click(lambda: random.randrange(10**6), outputs=seed, **QUEUED)
    settings = [run, controls.weights, controls.sigma, seed]
    interpolate = {
        "fn": report_errors(generate_images.interpolated_image),
        "inputs": [*settings, outputs.second_seed, outputs.position, *controls.labels],
        "outputs": outputs.interpolated,
    }
    for event in (controls.generate.click, run_chosen.then, seed_chosen.then):
        generated = event(
            report_errors(generate_images.image_grid),
            [*settings, controls.count, *controls.labels],
            outputs.images,
            **QUEUED,
        )
        # Only after success, since the same error would be shown twice.
        generated.success(**interpolate, **QUEUED)
        generated.then(
            report_errors(generate_images.sheet),
            [*settings, *controls.labels],
            outputs.sheet,
            **QUEUED,
        )
    gr.on([outputs.position.input, outputs.second_seed.input], **interpolate, **LIVE)


def _add_controls() -> _Controls:
    run = gr.Dropdown(label="Run")
    caption = gr.Markdown(elem_classes="caption")
    labels = label_dropdowns()
    with gr.Row():
        seed = gr.Number(0, label="Seed of the first image", **_SEED)
        count = gr.Slider(
            1, generate_images.MAX_COUNT, _COUNT, step=1, label="Images", min_width=120
        )
    sigma = gr.Slider(0, 2, step=0.05, label="Noise (sigma)")
    weights = gr.Radio([generate_images.AVERAGED, generate_images.RAW], label="Weights")
    with gr.Row():
        generate = gr.Button("Generate", variant="primary", min_width=120)
        new_seed = gr.Button("New seed", min_width=120)
    return _Controls(run, caption, labels, seed, count, sigma, weights, generate, new_seed)


def _add_outputs() -> _Outputs:
    with gr.Tab("Images"):
        generated = gr.Image(alt_text="Images", elem_classes=PIXEL_CLASSES, **_IMAGE)
    with gr.Tab("Interpolation"):
        with gr.Row():
            second_seed = gr.Number(1, label="Second seed", **_SEED)
            position = gr.Slider(
                0, 1, 0.5, step=0.01, label="Position between the two seeds", scale=2
            )
        interpolated = gr.Image(
            alt_text="Image between two seeds", elem_classes=PIXEL_CLASSES, **_IMAGE
        )
    with gr.Tab("Sheet"):
        sheet = gr.Image(alt_text="One label by another", elem_classes="large", **_IMAGE)
    return _Outputs(generated, second_seed, position, interpolated, sheet)


def _update_controls(path: str) -> list:
    """Updates of the caption and controls to a run."""
    run = directory.read(Path(path))
    config, schema = run.config, run.conditions
    first = schema.combinations[0] if schema.combinations else [MISSING] * len(schema.labels)
    return [
        run_selection.describe(run),
        gr.update(maximum=max(2.0, 2 * config.sigma), value=config.sigma),
        gr.update(value=generate_images.AVERAGED, visible=run_selection.has_raw_weights(run)),
        *label_updates(schema, schema.values(first), "random"),
    ]
