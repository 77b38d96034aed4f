"""A small copy of a run that draws and tells what it is, but cannot be trained further.

`python -m kerasgan.inference.packing RUN FOLDER [--checkpoint best]`; so are the shipped runs made.
"""

import json
import shlex
import shutil
from pathlib import Path

import click
import numpy as np

from kerasgan.inference import sampling
from kerasgan.runs import archives, checkpoints, directory, lookup
from kerasgan.runs.directory import Run
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

_RECORDS = (directory.EVALUATION_FILE, "metrics.csv", "losses.png")


def pack(run: Run, out: Path, checkpoint: str = "latest") -> None:
    """Write the records of a run and, of one checkpoint, the networks that draw, in float16.

    Args:
        out: a new or empty folder.
        checkpoint: as `checkpoints.load` takes it.

    Raises:
        InvalidInput: if `out` is not empty, or the run has no such checkpoint.
    """
    files.check_vacant(out)
    step, arrays = checkpoints.load(run, checkpoint)
    wanted = sampling.of_arrays(run, arrays).inference_networks
    arrays = archives.select(arrays, lambda key: sampling.network(key) in wanted)
    halves = {key: _halved(key, array) for key, array in arrays.items()}
    with files.replacing(out) as temporary:
        temporary.mkdir()
        files.write(temporary / directory.CONFIG_FILE, _config(run))
        for name in _RECORDS:
            if (run.path / name).is_file():
                shutil.copyfile(run.path / name, temporary / name)
        path = temporary / "checkpoints" / f"step-{step:06d}.npz"
        checkpoints.write(run, halves, step, path, compress=True)


def _halved(key: str, array: np.ndarray) -> np.ndarray:
    if array.dtype != "float32":
        return array
    with np.errstate(over="ignore"):
        half = array.astype("float16")
    if not np.isfinite(half).all():
        raise InvalidInput(
            f"{key} has numbers that float16 lacks; allowed: finite ones up to 65504"
        )
    return half


def _config(run: Run) -> str:
    """The run's config.json without where it was written to."""
    record = json.loads((run.path / directory.CONFIG_FILE).read_text())
    words = shlex.split(record["command"])
    if "--out" in words:
        at = words.index("--out")
        del words[at : at + 2]
    return json.dumps({**record, "command": shlex.join(words)}, indent=2) + "\n"


@click.command()
@click.argument("run")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--checkpoint", default="latest", show_default=True)
def main(run: str, out: Path, checkpoint: str) -> None:
    pack(lookup.run(run), out, checkpoint)


if __name__ == "__main__":
    main()
