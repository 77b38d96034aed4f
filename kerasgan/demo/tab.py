"""What the tabs of the page share: how they fill their runs in, and tell what is refused."""

import html
from collections.abc import Callable
from functools import wraps

import gradio as gr

from kerasgan.configs import Config
from kerasgan.demo import choices
from kerasgan.utils.errors import InvalidInput

# One image after the other: Keras builds no two models at once. Other programs may not ask.
COMPUTES = {"concurrency_id": "model", "concurrency_limit": 1, "api_visibility": "private"}
# Of what follows a slider.
MOVING = {"show_progress": "hidden", "trigger_mode": "always_last", **COMPUTES}
# Images to look at and to keep.
SHOWN = {
    "interactive": False,
    "show_label": False,
    "format": "png",
    "buttons": ["download", "fullscreen"],
}
# The classes of images whose pixels may be seen; `page` has their style.
PIXELS = ["large", "pixels"]


def told(function: Callable) -> Callable:
    """The function with what it refuses told on the page."""

    @wraps(function)
    def tell(*inputs):
        try:
            return function(*inputs)
        except InvalidInput as reason:
            # Gradio shows messages as HTML.
            raise gr.Error(html.escape(str(reason)), print_exception=False) from reason

    return tell


def offers(kind: type[Config], name: str | None) -> Callable[[], dict]:
    """-> an update of the choice; shipped runs see to it that there is one.

    Args:
        kind, name: as `choices.fitting` takes them.
    """

    def fill():
        options = [(run.name, str(run.path)) for run in choices.fitting(kind, name)]
        return gr.update(choices=options, value=options[0][1])

    return fill
