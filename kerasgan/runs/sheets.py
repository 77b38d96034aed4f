"""Files of sample sheets."""

from pathlib import Path


def file(samples: Path, step: int, epoch: int = 0) -> Path:
    """The sheet of a step in the folder `samples` of a run.

    Args:
        epoch: that the step belongs to; 0 in a run without epochs.
    """
    return samples / f"step-{step:06d}{f'-epoch-{epoch}' * bool(epoch)}.png"


def by_step(samples: Path) -> dict[int, Path]:
    """The sheets in this folder, {step: file}, in the order of their steps."""
    found = {int(path.stem.split("-")[1]): path for path in samples.glob("step-*.png")}
    return dict(sorted(found.items()))
