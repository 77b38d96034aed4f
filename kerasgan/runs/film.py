"""A run's sample sheets as an animation."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kerasgan.datasets import decoding
from kerasgan.runs import sheets
from kerasgan.runs.directory import Run
from kerasgan.utils import files, images
from kerasgan.utils.errors import InvalidInput

MOST_FRAMES = 100
# Of a frame, in pixels.
LONGEST_SIDE = 640
_CAPTION_HEIGHT = 20
_MILLISECONDS = 200


def write(run: Run, file: Path) -> int:
    """Write an endless GIF of the run's sample sheets, in the order of their steps.

    Of more than MOST_FRAMES, as many are chosen evenly, with the first and the last. Larger sheets
    are reduced to LONGEST_SIDE. Each frame has its step above it.

    Returns:
        The number of frames.

    Raises:
        InvalidInput: if the run has no sheet, or one cannot be read.
    """
    with files.named_if_damaged(run.samples):
        by_step = list(sheets.by_step(run.samples).items())
    if not by_step:
        raise InvalidInput(f"{run.samples} has no sample sheet; training writes them")
    count, last = min(len(by_step), MOST_FRAMES), len(by_step) - 1
    chosen = [by_step[index * last // max(1, count - 1)] for index in range(count)]
    images.save_animation(_frames(chosen), file, _MILLISECONDS)
    return count


def _frames(chosen: list[tuple[int, Path]]) -> Iterator[Image.Image]:
    """The sheets below their steps, all in the size of the first."""
    size = None
    font = ImageFont.load_default(14)
    for step, path in chosen:
        try:
            sheet = decoding.read(path)
        except InvalidInput as error:
            raise InvalidInput(f"{path} cannot be read: it {error}") from error
        if size is None:
            sheet.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            size = sheet.size
        frame = Image.new("RGB", (size[0], size[1] + _CAPTION_HEIGHT), "white")
        frame.paste(sheet.resize(size), (0, _CAPTION_HEIGHT))
        ImageDraw.Draw(frame).text((4, 2), f"step {step:,}", "black", font)
        yield frame
