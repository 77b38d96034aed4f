"""The tab that draws faces."""

import random
from pathlib import Path

import gradio as gr

from kerasgan import runs
from kerasgan.configs.base import NoiseConfig
from kerasgan.demo import choices, drawing
from kerasgan.demo.telling import COMPUTES, offers, told

_NONE_YET = """
No run draws faces yet. Train one, then open this page anew; ten minutes on two processor cores make
it draw recognisable ones:

```
kerasgan train acgan --preset quick --sigma 0.5
```
"""
_MOST, _COUNT = 64, 16
# Browsers compute with whole numbers up to 2**53.
_LARGEST_SEED = 2**53 - _MOST


def add(page: gr.Blocks, name: str | None) -> None:
    """Add the tab.

    Args:
        name: the run to begin with; the newest that draws, if it does not.
    """
    with gr.Tab("Faces"):
        nothing = gr.Markdown(_NONE_YET, visible=False)
        with gr.Row() as body:
            with gr.Column(scale=2, min_width=320):
                run = gr.Dropdown(label="Run")
                which = gr.Markdown()
                with gr.Row():
                    hair = gr.Dropdown(label="Hair", min_width=120)
                    eyes = gr.Dropdown(label="Eyes", min_width=120)
                count = gr.Slider(1, _MOST, _COUNT, step=1, label="Faces")
                sigma = gr.Slider(0, 2, label="Noise (sigma)", step=0.05)
                with gr.Row(equal_height=True):
                    seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=_LARGEST_SEED)
                    roll = gr.Button("Other faces", min_width=120)
                weights = gr.Radio([drawing.AVERAGED, drawing.RAW], label="Weights")
                draw = gr.Button("Draw", variant="primary")
            with gr.Column(scale=3, min_width=320):
                with gr.Tab("Faces"):
                    grid = _picture("Faces")
                with gr.Tab("Walk"):
                    place = gr.Slider(0, 1, 0.5, step=0.01, label="From the seed to the other seed")
                    other = gr.Number(
                        1, label="Other seed", precision=0, minimum=0, maximum=_LARGEST_SEED
                    )
                    between = _picture("Between two seeds")
                with gr.Tab("All colours") as every:
                    sheet = _picture("Hair by eyes")
    page.load(offers(NoiseConfig, name), outputs=[nothing, body, run], **COMPUTES)
    chosen = run.change(_controls, run, [which, hair, eyes, sigma, weights, every], **COMPUTES)
    rolled = roll.click(lambda: random.randrange(10**6), outputs=seed, **COMPUTES)
    settings = [run, weights, sigma, seed]
    walk = [*settings, hair, eyes, other, place]
    for function, inputs, picture in (
        (drawing.faces, [*settings, hair, eyes, count], grid),
        (drawing.face_between, walk, between),
        (drawing.sheet, settings, sheet),
    ):
        for begin in (draw.click, chosen.then, rolled.then):
            begin(told(function), inputs, picture, **COMPUTES)
    moving = {"show_progress": "hidden", "trigger_mode": "always_last", **COMPUTES}
    gr.on([place.input, other.input], told(drawing.face_between), walk, between, **moving)


def _picture(label: str) -> gr.Image:
    shown = {"interactive": False, "buttons": ["download", "fullscreen"]}
    return gr.Image(label=label, format="png", elem_classes="pixels", **shown)


def _controls(path: str) -> list[dict]:
    """Return updates of the caption and the controls for a run."""
    run = runs.read(Path(path))
    config, vocabulary = run.config, run.vocabulary
    is_free = config.CONDITION == "nothing"
    hair, eyes = (None, None) if is_free else vocabulary.pairs[0]
    return [
        choices.described(run),
        gr.update(choices=vocabulary.hair, value=hair, visible=not is_free),
        gr.update(choices=vocabulary.eyes, value=eyes, visible=not is_free),
        gr.update(maximum=max(2.0, 2 * config.sigma), value=config.sigma),
        gr.update(value=drawing.AVERAGED, visible=config.ema > 0),
        gr.update(visible=not is_free),
    ]
