"""What is checked before a run is resumed, and where it continues."""

from collections.abc import Mapping
from pathlib import Path

from kerasgan import tasks
from kerasgan.configs import Config
from kerasgan.configs.options import option_name
from kerasgan.datasets import shards
from kerasgan.runs import checkpoints
from kerasgan.runs.directory import Run
from kerasgan.tasks.base import DataSplit
from kerasgan.training import workers
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput


def newest_checkpoint(run: Run, from_start: bool) -> tuple[int, checkpoints.LazyArrays | None]:
    """Step and arrays from which all workers continue; 0 and None before the first checkpoint.

    Raises:
        InvalidInput: if all checkpoints are damaged, unless `from_start`; or if one is whole and
            `from_start` would lose it.
    """
    found = checkpoints.newest(run)
    if found is not None and from_start:
        raise InvalidInput(
            f"--from-start is for runs without a whole checkpoint, and {run.path} has one of step "
            f"{found[0]}"
        )
    damaged = [*run.checkpoint_files.values(), *run.damaged_checkpoints]
    if found is None and damaged and not from_start:
        raise InvalidInput(
            f"none of the {len(damaged)} checkpoints in {run.checkpoints} is whole; restore one "
            f"from a copy, or begin again with: kerasgan resume {run.path} --from-start"
        )
    newest, arrays = found or (0, None)
    step = workers.broadcast_from_chief(run.config.strategy, newest)
    return (step, arrays) if step == newest else checkpoints.load(run, str(step))


def extended(run: Run, trained: int, length: Mapping[str, int]) -> dict[str, int]:
    """Options of a run that is extended to a number of steps or of epochs.

    Args:
        trained: number of steps.
        length: as of `trainer.resume`.

    Raises:
        InvalidInput: if the run counts in the other unit, or is already as long.
    """
    per_epoch = run.config.steps_per_epoch
    unit, size = ("epochs", per_epoch) if per_epoch else ("steps", 1)
    if not length:
        return {}
    if length.keys() != {unit}:
        raise InvalidInput(
            f"{run.path} counts in {unit}, so --{unit} extends it, got --{' and --'.join(length)}"
        )
    if length[unit] * size <= trained:
        done = trained if size == 1 else f"{trained / size:.3g}"
        raise InvalidInput(
            f"--{unit} must be greater than the {done} {unit} already trained in {run.path}, "
            f"got {length[unit]}"
        )
    return {**length, "steps": length[unit] * size}


def moved(config: Config, locations: Mapping[str, str]) -> dict[str, str]:
    """Absolute paths of data that has moved, {option: path}.

    Raises:
        InvalidInput: if the run has no data of this name.
    """
    for name, path in locations.items():
        if not path.strip():
            raise InvalidInput(f"--{option_name(name)} must not be empty")
        if name not in config.paths:
            allowed = ", ".join(f"--{option_name(path)}" for path in config.paths) or "none"
            raise InvalidInput(
                f"--{option_name(name)} does not apply to this run of {config.MODEL}; allowed: "
                f"{allowed}"
            )
    return {name: str(Path(path).absolute()) for name, path in locations.items()}


def load(run: Run) -> DataSplit:
    """The images of a run.

    Raises:
        InvalidInput: if they are not there, or differ from those that it was created with.
    """
    for name, path in run.config.paths.items():
        # Tar files are named one by one when they are read.
        if not (path.exists() or shards.is_pattern(str(path))):
            option = option_name(name)
            raise InvalidInput(
                f"{path}, the {option} of {run.path}, is not there; if it has moved, "
                f"name the new place with --{option}"
            )
    split = tasks.of(run.config).load()
    if split.training.key != run.data_key:
        raise InvalidInput(
            f"the images and labels of {run.config.data} have changed since {run.path} was "
            "created; resuming needs the same data"
        )
    return split


def clear(run: Run) -> None:
    """Set damaged checkpoints aside, and remove what a killed process was writing."""
    checkpoints.set_aside_damaged(run)
    for folder in (run.path, run.checkpoints, run.samples):
        files.remove_stale(folder)
