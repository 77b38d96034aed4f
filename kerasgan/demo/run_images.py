"""Images that a run saved while it was training."""

from pathlib import Path

from PIL import Image

from kerasgan.datasets import decoding


def loss_plot(path: str) -> Image.Image | None:
    """The loss curves of the run in a folder; None if there are none yet."""
    file = Path(path) / "losses.png"
    return _open(file) if file.exists() else None


def sample_steps(path: str) -> list[int]:
    """Steps with a sample sheet, in ascending order."""
    return sorted(int(file.stem.removeprefix("step-")) for file in _sheets(path).glob("step-*.png"))


def sample_sheet(path: str, step: int) -> Image.Image:
    """The sample sheet of a step."""
    return _open(_sheets(path) / f"step-{step:06d}.png")


def _sheets(path: str) -> Path:
    return Path(path) / "samples"


def _open(file: Path) -> Image.Image:
    with Image.open(file, formats=decoding.FORMATS) as image:
        image.load()
        return image
