"""The tab that draws faces."""

import random
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from kerasgan.configs.generation import GenerationConfig
from kerasgan.demo import choices, generation
from kerasgan.demo.tab import COMPUTES, MOVING, PIXELS, SHOWN, offers, told
from kerasgan.runs import directory

_COUNT = 16
_SEED = {"precision": 0, "minimum": 0, "maximum": generation.LARGEST_SEED, "min_width": 120}
_PICTURE = {"height": 600, **SHOWN}


class _Asked(NamedTuple):
    """What a user may change."""

    run: gr.Dropdown
    which: gr.Markdown
    hair: gr.Dropdown
    eyes: gr.Dropdown
    seed: gr.Number
    count: gr.Slider
    sigma: gr.Slider
    weights: gr.Radio
    draw: gr.Button
    roll: gr.Button


class _Shown(NamedTuple):
    """The images, and what the walk between two faces needs beside their controls."""

    faces: gr.Image
    other: gr.Number
    place: gr.Slider
    between: gr.Image
    sheet: gr.Image


def add(page: gr.Blocks, name: str | None) -> None:
    """Add the tab.

    Args:
        name: the run to begin with; the newest that draws, if it does not.
    """
    with gr.Tab("Faces"), gr.Row():
        with gr.Column(scale=2, min_width=320):
            asked = _ask()
        with gr.Column(scale=3, min_width=320):
            shown = _show()
    page.load(offers(GenerationConfig, name), outputs=asked.run, **COMPUTES)
    fitted = [asked.which, asked.hair, asked.eyes, asked.sigma, asked.weights]
    chosen = asked.run.change(told(_fitted), asked.run, fitted, **COMPUTES)
    rolled = asked.roll.click(lambda: random.randrange(10**6), outputs=asked.seed, **COMPUTES)
    settings = [asked.run, asked.weights, asked.sigma, asked.seed]
    face = [*settings, asked.hair, asked.eyes]
    walk = {
        "fn": told(generation.face_between),
        "inputs": [*face, shown.other, shown.place],
        "outputs": shown.between,
    }
    for begin in (asked.draw.click, chosen.then, rolled.then):
        drawn = begin(told(generation.faces), [*face, asked.count], shown.faces, **COMPUTES)
        # What is refused there would be refused here, and told twice.
        drawn.success(**walk, **COMPUTES)
        drawn.then(told(generation.sheet), settings, shown.sheet, **COMPUTES)
    gr.on([shown.place.input, shown.other.input], **walk, **MOVING)


def _ask() -> _Asked:
    run = gr.Dropdown(label="Run")
    which = gr.Markdown(elem_classes="caption")
    with gr.Row():
        hair = gr.Dropdown(label="Hair", min_width=120)
        eyes = gr.Dropdown(label="Eyes", min_width=120)
    with gr.Row():
        seed = gr.Number(0, label="Seed of the first face", **_SEED)
        count = gr.Slider(1, generation.MOST, _COUNT, step=1, label="Faces", min_width=120)
    sigma = gr.Slider(0, 2, step=0.05, label="Noise (sigma)")
    weights = gr.Radio([generation.AVERAGED, generation.RAW], label="Weights")
    with gr.Row():
        draw = gr.Button("Draw", variant="primary", min_width=120)
        roll = gr.Button("Other faces", min_width=120)
    return _Asked(run, which, hair, eyes, seed, count, sigma, weights, draw, roll)


def _show() -> _Shown:
    with gr.Tab("Faces"):
        faces = gr.Image(alt_text="Faces", elem_classes=PIXELS, **_PICTURE)
    with gr.Tab("Walk"):
        with gr.Row():
            other = gr.Number(1, label="Seed of the other face", **_SEED)
            place = gr.Slider(
                0, 1, 0.5, step=0.01, label="From the first face to the other", scale=2
            )
        between = gr.Image(alt_text="Face between two seeds", elem_classes=PIXELS, **_PICTURE)
    with gr.Tab("Sheet"):
        sheet = gr.Image(alt_text="Hair by eyes", elem_classes="large", **_PICTURE)
    return _Shown(faces, other, place, between, sheet)


def _fitted(path: str) -> list:
    """Updates of the caption and the controls for a run."""
    run = directory.read(Path(path))
    config, vocabulary = run.config, run.vocabulary
    is_free = not config.CONDITIONS
    hair, eyes = (None, None) if is_free else vocabulary.pairs[0]
    return [
        choices.described(run),
        gr.update(choices=vocabulary.hair, value=hair, visible=not is_free),
        gr.update(choices=vocabulary.eyes, value=eyes, visible=not is_free),
        gr.update(maximum=max(2.0, 2 * config.sigma), value=config.sigma),
        gr.update(value=generation.AVERAGED, visible=choices.has_raw_weights(run)),
    ]
