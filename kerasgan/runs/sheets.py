"""Files of sample sheets."""

import re
from pathlib import Path

_NAME = re.compile(r"step-(\d+)(?:-epoch-\d+)?\.png")


def file(samples: Path, step: int, epoch: int = 0) -> Path:
    """The sheet of a step in the folder `samples` of a run.

    Args:
        epoch: that the step belongs to; 0 in a run without epochs.
    """
    return samples / f"step-{step:06d}{f'-epoch-{epoch}' * bool(epoch)}.png"


def by_step(samples: Path) -> dict[int, Path]:
    """The sheets in this folder, {step: file}, in the order of their steps."""
    names = (_NAME.fullmatch(path.name) for path in samples.glob("step-*.png"))
    found = {int(name[1]): samples / name[0] for name in names if name}
    return dict(sorted(found.items()))
