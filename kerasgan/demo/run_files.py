"""Images that a run has left of its training."""

from pathlib import Path

from PIL import Image

from kerasgan.datasets import decoding


def losses(path: str) -> Image.Image | None:
    """The curves of the run in a folder, if it has any yet."""
    file = Path(path) / "losses.png"
    return _opened(file) if file.exists() else None


def steps(path: str) -> list[int]:
    """The steps of its sample sheets, in their order."""
    return sorted(int(file.stem.removeprefix("step-")) for file in _sheets(path).glob("step-*.png"))


def sheet(path: str, step: int) -> Image.Image:
    """The sample sheet of a step."""
    return _opened(_sheets(path) / f"step-{step:06d}.png")


def _sheets(path: str) -> Path:
    return Path(path) / "samples"


def _opened(file: Path) -> Image.Image:
    with Image.open(file, formats=decoding.FORMATS) as picture:
        picture.load()
        return picture
