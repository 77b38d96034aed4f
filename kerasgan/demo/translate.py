"""The tab that translates pictures."""

import random
from functools import partial
from pathlib import Path

import gradio as gr

from kerasgan import images, runs
from kerasgan.configs.translation import TranslationConfig
from kerasgan.demo import choices, translating
from kerasgan.demo.telling import COMPUTES, PIXELS, SHOWN, offers, told
from kerasgan.translation import other

_NONE_YET = """
No run translates yet. Train one, then open this page anew:

```
kerasgan train cyclegan --preset quick     # one style of drawn faces into another
kerasgan train stargan --preset quick      # other hair and eyes
```
"""
_PICTURE = {"height": 380, "elem_classes": PIXELS, **SHOWN}


def add(page: gr.Blocks, name: str | None, folder: Path) -> None:
    """Add the tab.

    Args:
        name: the run to begin with; the newest that translates, if it does not.
        folder: where drawn faces are put as files.
    """
    with gr.Tab("Translate"):
        nothing = gr.Markdown(_NONE_YET, visible=False)
        with gr.Column() as body:
            with gr.Row():
                with gr.Column(min_width=320):
                    run = gr.Dropdown(label="Run")
                    which = gr.Markdown(elem_classes="caption")
                    file = gr.File(label="Picture", height=140)
                    face = gr.Button("Draw another face")
                with gr.Column(min_width=320):
                    domain = gr.Radio(label="Direction")
                    with gr.Row():
                        hair = gr.Dropdown(label="Hair", min_width=120)
                        eyes = gr.Dropdown(label="Eyes", min_width=120)
                    turned = gr.CheckboxGroup(label="Make these what they are not")
                    is_whole = gr.Radio(
                        [("as in training", False), ("its own", True)], value=False, label="Size"
                    )
            triptych = []
            with gr.Row():
                for label in ("Original", "Translated", "And back"):
                    with gr.Column(min_width=200):
                        gr.Markdown(f"### {label}")
                        triptych.append(gr.Image(alt_text=label, **_PICTURE))
    number = gr.State(0)
    page.load(offers(TranslationConfig, name), outputs=[nothing, body, run], **COMPUTES)
    chosen = run.change(told(_controls), run, [which, domain, hair, eyes, turned, face], **COMPUTES)
    rolled = face.click(partial(random.randrange, 10**6), outputs=number, **COMPUTES)
    # A picture that is refused shall not stand beside the translation of the one before.
    uploaded = file.upload(lambda: [None] * 4, outputs=[number, *triptych], **COMPUTES)
    draw = partial(_drawn, folder)
    translate = {
        "fn": told(_translated),
        "inputs": [run, file, is_whole, domain, hair, eyes, turned],
        "outputs": triptych,
        **COMPUTES,
    }
    for begin in (chosen.then, rolled.then, domain.input):
        begin(draw, [run, domain, number], file, **COMPUTES).then(**translate)
    for begin in (uploaded.then, file.clear, is_whole.input, hair.input, eyes.input, turned.input):
        begin(**translate)


def _controls(path: str) -> list:
    """Return the caption and updates of the controls for a run."""
    run = runs.read(Path(path))
    hair, eyes, attributes = (
        getattr(run.vocabulary, name) for name in ("hair", "eyes", "attributes")
    )
    names = translating.domain_names(run.config)
    directions = [(f"{names[other(domain)]} to {names[domain]}", domain) for domain in ("b", "a")]
    return [
        choices.described(run),
        gr.update(choices=directions, value="b", visible=run.config.CONDITION == "domain"),
        gr.update(choices=_or_kept(hair), value=hair[0] if hair else "", visible=bool(hair)),
        gr.update(choices=_or_kept(eyes), value="", visible=bool(eyes)),
        gr.update(choices=list(attributes), value=list(attributes[:1]), visible=bool(attributes)),
        gr.update(visible=translating.knows_avatars(run.config)),
    ]


def _or_kept(colours: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("as it is", ""), *zip(colours, colours, strict=True)]


def _drawn(folder: Path, path: str, domain: str, number: int | None):
    """Return the file of a drawn face, unless the user has brought a picture."""
    if number is None:
        return gr.skip()
    if not translating.knows_avatars(runs.read(Path(path)).config):
        return None
    file = folder / f"face-{number}.png"
    images.save(translating.drawn_face(path, domain, number), file)
    return str(file)


def _translated(path: str, file: str | None, *wanted) -> list:
    return translating.translate(path, file, *wanted) if file else [None] * 3
