"""Make a small copy of a run for inference only, such as the bundled runs.

Usage: `python -m kerasgan.inference.packing RUN FOLDER [--checkpoint best]`.
"""

import json
import shlex
import shutil
from pathlib import Path

import click
import numpy as np

from kerasgan import registry
from kerasgan.inference import loading
from kerasgan.runs import archives, checkpoints, directory, home, lookup
from kerasgan.runs.directory import Run
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

_COPIED_FILES = (directory.EVALUATION_FILE, "metrics.csv", "losses.png")


def pack(run: Run, out: Path, checkpoint: str = "latest") -> None:
    """Write a run's records and the inference networks of one checkpoint in float16.

    Args:
        out: a new or empty folder.
        checkpoint: as in `checkpoints.load`.

    Raises:
        InvalidInput: if `out` is not empty, the run has no such checkpoint, or a weight is beyond
            the range of float16.
    """
    files.check_vacant(out)
    step, arrays = checkpoints.load(run, checkpoint)
    networks = registry.build_model(run.config, run.schema).inference_networks
    arrays = archives.select(arrays, lambda key: loading.network_name(key) in networks)
    halves = {key: _to_float16(key, array) for key, array in arrays.items()}
    with files.replacing(out) as temporary:
        temporary.mkdir()
        files.write(temporary / home.CONFIG_FILE, _config_without_out(run))
        for name in _COPIED_FILES:
            if (run.path / name).is_file():
                shutil.copyfile(run.path / name, temporary / name)
        path = temporary / "checkpoints" / f"step-{step:06d}.npz"
        checkpoints.write(run, halves, step, path, compress=True)


def _to_float16(key: str, array: np.ndarray) -> np.ndarray:
    if array.dtype != "float32":
        return array
    with np.errstate(over="ignore"):
        half = array.astype("float16")
    if not np.isfinite(half).all():
        raise InvalidInput(f"{key} must have values between -65504 and 65504, the range of float16")
    return half


def _config_without_out(run: Run) -> str:
    """The run's config.json, with `--out FOLDER` removed from the command."""
    record = json.loads(run.config_file.read_text())
    words = shlex.split(record["command"])
    if "--out" in words:
        index = words.index("--out")
        del words[index : index + 2]
    return json.dumps({**record, "command": shlex.join(words)}, indent=2) + "\n"


@click.command()
@click.argument("run")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--checkpoint", default="latest", show_default=True)
def main(run: str, out: Path, checkpoint: str) -> None:
    pack(lookup.run(run), out, checkpoint)


if __name__ == "__main__":
    main()
