"""Images that a run saved while it was training."""

from pathlib import Path

from PIL import Image

from kerasgan.datasets import decoding
from kerasgan.runs import sheets


def loss_plot(path: str) -> Image.Image | None:
    """The loss curves of the run in a folder; None if there are none yet."""
    file = Path(path) / "losses.png"
    return _open(file) if file.exists() else None


def sample_steps(path: str) -> list[int]:
    """Steps with a sample sheet, in ascending order."""
    return list(sheets.by_step(Path(path) / "samples"))


def sample_sheet(path: str, step: int) -> Image.Image:
    """The sample sheet of a step."""
    return _open(sheets.by_step(Path(path) / "samples")[step])


def _open(file: Path) -> Image.Image:
    with Image.open(file, formats=decoding.FORMATS) as image:
        image.load()
        return image
