"""The tab that generates images."""

import math
import random
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from kerasgan.configs.generation import GenerationConfig
from kerasgan.demo import generate_images, run_selection, walk_tab
from kerasgan.demo.components import (
    GALLERY_OPTIONS,
    LIVE,
    QUEUED,
    label_dropdowns,
    label_updates,
    report_errors,
    run_choices,
    titled_image,
)
from kerasgan.demo.generate_images import Shown
from kerasgan.labels import MISSING
from kerasgan.runs import directory

_COUNT, _STRENGTH = 16, 0.3
_HELP = "Choose labels and press **Generate**. Click an image to see variations of it."


class _Controls(NamedTuple):
    run: gr.Dropdown
    caption: gr.Markdown
    labels: list[gr.Dropdown]
    generate: gr.Button
    new_seed: gr.Button
    seed: gr.Number
    count: gr.Slider
    sigma: gr.Slider
    weights: gr.Radio


class _Outputs(NamedTuple):
    """Images, and the controls of their variations."""

    shown: gr.State
    gallery: gr.Gallery
    variation: gr.Row
    strength: gr.Slider
    back: gr.Button


def add(page: gr.Blocks, name: str | None, folder: Path) -> None:
    """Add the tab to the page.

    Args:
        name: the run to begin with; the newest generation run if it is of another kind.
        folder: for animations.
    """
    with gr.Tab("Generate"), gr.Row():
        with gr.Column(scale=2, min_width=300):
            controls = _add_controls()
        settings = [controls.run, controls.weights, controls.sigma, controls.seed]
        with gr.Column(scale=3, min_width=300):
            with gr.Tab("Images"):
                outputs = _add_outputs()
            with gr.Tab("Walk"):
                play = walk_tab.add(settings, controls.labels, folder)
            with gr.Tab("Sheet"):
                sheet = titled_image("One label by another", elem_classes="titled")
    run, seed = controls.run, controls.seed
    page.load(run_choices(GenerationConfig, name), outputs=run, **QUEUED)
    updated = [controls.caption, controls.sigma, controls.weights, *controls.labels]
    run_chosen = run.change(report_errors(_update_controls), run, updated, **QUEUED)
    seed_chosen = controls.new_seed.click(lambda: random.randrange(10**6), outputs=seed, **QUEUED)
    generate = {
        "fn": report_errors(_generate),
        "inputs": [*settings, controls.count, *controls.labels],
        "outputs": outputs[:3],
        **QUEUED,
    }
    for event in (controls.generate.click, seed.submit, run_chosen.then, seed_chosen.then):
        generated = event(**generate)
        # Only after success, since the same error would be shown twice.
        generated.success(**play)
        generated.success(
            report_errors(generate_images.sheet), [*settings, *controls.labels], sheet, **QUEUED
        )
    outputs.back.click(**generate)


def _add_controls() -> _Controls:
    gr.Markdown(_HELP)
    run = gr.Dropdown(label="Run")
    labels = label_dropdowns()
    with gr.Row():
        generate = gr.Button("Generate", variant="primary", min_width=120)
        new_seed = gr.Button("New seed", min_width=120)
    with gr.Accordion("Seed, number of images, noise", open=False):
        caption = gr.Markdown(elem_classes="caption")
        with gr.Row():
            seed = gr.Number(
                0,
                label="Seed of the first image",
                precision=0,
                minimum=0,
                maximum=generate_images.MAX_SEED,
                min_width=120,
            )
            count = gr.Slider(
                1, generate_images.MAX_COUNT, _COUNT, step=1, label="Images", min_width=120
            )
        sigma = gr.Slider(0, 2, step=0.05, label="Noise (sigma)")
        weights = gr.Radio([generate_images.AVERAGED, generate_images.RAW], label="Weights")
    return _Controls(run, caption, labels, generate, new_seed, seed, count, sigma, weights)


def _add_outputs() -> _Outputs:
    gallery = gr.Gallery(label="Images", **GALLERY_OPTIONS)
    with gr.Row(visible=False) as variation:
        strength = gr.Slider(0, 1, _STRENGTH, step=0.05, label="Strength", min_width=240, scale=2)
        back = gr.Button("Back to all images", min_width=120)
    outputs = _Outputs(gr.State(), gallery, variation, strength, back)
    inputs = [outputs.shown, strength]
    gallery.select(report_errors(_vary), inputs, outputs[:3], **QUEUED)
    strength.input(report_errors(_vary_again), inputs, outputs[:3], **LIVE)
    return outputs


def _generate(*inputs) -> list:
    return _show(generate_images.by_seed(*inputs), "Images")


def _vary(shown: Shown | None, strength: float, event: gr.SelectData) -> list:
    return _show_variations(generate_images.vary(shown, event.index, strength))


def _vary_again(shown: Shown | None, strength: float) -> list:
    return _show_variations(generate_images.vary_again(shown, strength))


def _show_variations(shown: Shown) -> list:
    captions = ", ".join(shown.captions)
    title = f"Variations: {captions}" if captions else "Variations"
    return _show(shown, title, generate_images.MIDDLE)


def _show(shown: Shown, title: str, selected: int | None = None) -> list:
    """Updates of the images and of the controls of their variations."""
    gallery = gr.update(
        value=list(shown.pixels()),
        label=title,
        columns=math.ceil(len(shown.noise) ** 0.5),
        selected_index=selected,
    )
    return [shown, gallery, gr.update(visible=selected is not None)]


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
