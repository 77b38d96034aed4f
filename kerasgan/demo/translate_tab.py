"""The tab that translates images."""

import random
from functools import partial
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from kerasgan import tasks
from kerasgan.configs.translation import TranslationConfig
from kerasgan.demo import choices, translation
from kerasgan.demo.tab import COMPUTES, PIXELS, SHOWN, offers, told
from kerasgan.inference.image_to_image import other
from kerasgan.runs import directory
from kerasgan.utils import images

_PICTURE = {"height": 380, "elem_classes": PIXELS, **SHOWN}


class _Asked(NamedTuple):
    """What a user may change."""

    run: gr.Dropdown
    which: gr.Markdown
    file: gr.File
    face: gr.Button
    domain: gr.Radio
    hair: gr.Dropdown
    eyes: gr.Dropdown
    turned: gr.CheckboxGroup
    is_whole: gr.Radio


def add(page: gr.Blocks, name: str | None, folder: Path) -> None:
    """Add the tab.

    Args:
        name: the run to begin with; the newest that translates, if it does not.
        folder: where drawn faces are put as files, and uploads.
    """
    with gr.Tab("Translate"):
        asked, triptych = _ask(), _show()
    run, file, domain, number = asked.run, asked.file, asked.domain, gr.State(0)
    wanted = [domain, asked.hair, asked.eyes, asked.turned]
    page.load(offers(TranslationConfig, name), outputs=run, **COMPUTES)
    chosen = run.change(told(_fitted), run, [asked.which, asked.face, *wanted], **COMPUTES)
    rolled = asked.face.click(partial(random.randrange, 10**6), outputs=number, **COMPUTES)
    # An image that is refused shall not stand beside the translation of the one before.
    uploaded = file.upload(lambda: [None] * 4, outputs=[number, *triptych], **COMPUTES)
    translate = {
        "fn": told(partial(_translated, folder)),
        "inputs": [run, file, asked.is_whole, *wanted],
        "outputs": triptych,
        **COMPUTES,
    }
    for begin in (chosen.then, rolled.then, domain.input):
        drawn = begin(partial(_drawn, folder), [run, domain, number], file, **COMPUTES)
        drawn.then(**translate)
    for begin in (uploaded.then, file.clear):
        begin(**translate)
    for control in (asked.is_whole, asked.hair, asked.eyes, asked.turned):
        control.input(**translate)


def _ask() -> _Asked:
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
            sizes = [("as in training", False), ("its own", True)]
            is_whole = gr.Radio(sizes, value=False, label="Size")
    return _Asked(run, which, file, face, domain, hair, eyes, turned, is_whole)


def _show() -> list[gr.Image]:
    pictures = []
    with gr.Row():
        for label in ("Original", "Translated", "And back"):
            with gr.Column(min_width=200):
                gr.Markdown(f"### {label}")
                pictures.append(gr.Image(alt_text=label, **_PICTURE))
    return pictures


def _fitted(path: str) -> list:
    """The caption and updates of the controls for a run."""
    run = directory.read(Path(path))
    hair, eyes, attributes = (
        getattr(run.vocabulary, name) for name in ("hair", "eyes", "attributes")
    )
    names = translation.domain_names(run.config)
    directions = [(f"{names[other(domain)]} to {names[domain]}", domain) for domain in ("b", "a")]
    return [
        choices.described(run),
        gr.update(visible=translation.knows_avatars(run.config)),
        gr.update(choices=directions, value="b", visible=bool(tasks.of(run.config).domains)),
        gr.update(choices=_or_kept(hair), value=hair[0] if hair else "", visible=bool(hair)),
        gr.update(choices=_or_kept(eyes), value="", visible=bool(eyes)),
        gr.update(choices=list(attributes), value=list(attributes[:1]), visible=bool(attributes)),
    ]


def _or_kept(colours: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("as it is", ""), *zip(colours, colours, strict=True)]


def _drawn(folder: Path, path: str, domain: str, number: int | None):
    """The file of a drawn face, unless the user has brought an image."""
    if number is None:
        return gr.skip()
    if not translation.knows_avatars(directory.read(Path(path)).config):
        return None
    file = folder / f"face-{number}.png"
    images.save(translation.drawn_face(path, domain, number), file)
    return str(file)


def _translated(folder: Path, path: str, file: str | None, *wanted) -> list:
    return translation.translate(path, file, folder, *wanted) if file else [None] * 3
