"""Checkpoints: save and restore every variable that training changes."""

import errno
import json
import logging
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerasgan.configs.options import option_name
from kerasgan.models.variables import named_variables
from kerasgan.runs import archives, directory
from kerasgan.runs.archives import Header, LazyArrays
from kerasgan.runs.directory import Run
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable

LATEST = "latest"
BEST = "best"
_RECORD_KEY = "run.json"
# In bytes; NumPy stores text with four bytes per character.
_MAX_RECORD_SIZE = 4 * directory.MAX_CONFIG_SIZE
# Raised while reading damaged content; RuntimeError also for encrypted archives.
_READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RuntimeError,
)

log = logging.getLogger(__name__)


class DamagedCheckpoint(InvalidInput):
    """A checkpoint file that is cut, corrupt or not a checkpoint."""


def size_in_bytes(model: keras.Model) -> int:
    """Approximate size of a checkpoint of the model."""
    return sum(np.asarray(variable).nbytes for variable in named_variables(model).values())


def save(run: Run, model: keras.Model, step: int, name: str | None = None) -> Path:
    """Write a checkpoint atomically and remove the oldest beyond `keep_checkpoints`.

    Before, the records of the run are on the disk: no row is missing that is older. Afterwards, the
    checkpoint is read back: only if it is whole are others removed.

    Args:
        name: file name without suffix. Default: `step-<step>`. A named checkpoint replaces the one
            with the same name and is never removed.

    Raises:
        OSError: naming the file, if it cannot be written or the disk is too full for it.
        DamagedCheckpoint: if it cannot be read back.
    """
    model.complete_average()
    arrays = {key: np.asarray(value) for key, value in named_variables(model).items()}
    path = run.checkpoints / f"{name or f'step-{step:06d}'}.npz"
    run.checkpoints.mkdir(exist_ok=True)
    files.check_space(path, sum(array.nbytes for array in arrays.values()))
    for record in (run.metrics_file, run.health_file):
        files.sync(record)
    write(run, arrays, step, path)
    _read(run, path)
    older = [file for at, file in run.checkpoint_files.items() if at < step]
    for old in older[: max(0, len(older) + 1 - run.config.keep_checkpoints)]:
        old.unlink()
    return path


def write(run: Run, arrays: dict[str, np.ndarray], step: int, path: Path, compress=False) -> None:
    """Write the arrays of a checkpoint atomically.

    Args:
        compress: whether to write a smaller file, which takes longer.
    """
    record = {"step": step, "run": directory.definition(run)}
    with files.replacing(path) as temporary:
        content: dict[str, Any] = {_RECORD_KEY: np.array(json.dumps(record)), **arrays}
        (np.savez_compressed if compress else np.savez)(temporary, **content)


def newest(run: Run) -> tuple[int, LazyArrays] | None:
    """Step and arrays of the newest checkpoint that is not damaged, or None.

    Without a whole one that has a number, this is the best one. Logs a warning for each damaged
    one.

    Raises:
        InvalidInput: if its config differs from config.json.
        OSError: if one cannot be opened, which may be whole.
    """
    for path in _candidates(run):
        try:
            return _read(run, path)
        except DamagedCheckpoint as error:
            log.warning("%s; trying the checkpoint before it", error)
    return None


def _candidates(run: Run) -> list[Path]:
    """The newest checkpoint, those before it, then the best one."""
    best = run.checkpoints / f"{BEST}.npz"
    return [*reversed(run.checkpoint_files.values()), *([best] if best.is_file() else ())]


def set_aside_damaged(run: Run) -> None:
    """Rename damaged checkpoints, which otherwise count as newer than those to come."""
    for path in _candidates(run):
        try:
            _read(run, path)
        except DamagedCheckpoint:
            aside = path.with_name(path.name + directory.DAMAGED)
            path.rename(aside)
            log.warning("set aside %s", aside)
        else:
            return


def load(run: Run, which: str = LATEST) -> tuple[int, LazyArrays]:
    """Step and arrays of a checkpoint.

    Args:
        which: LATEST for the newest that is not damaged, BEST for the best by the run's
            `best_metric`, or a step.

    Raises:
        InvalidInput: if there is no such checkpoint, it is damaged, or its config differs from
            config.json.
    """
    paths = {str(step): path for step, path in run.checkpoint_files.items()}
    if (best := run.checkpoints / f"{BEST}.npz").is_file():
        paths[BEST] = best
    if which in paths:
        return _read(run, paths[which])
    if which != LATEST:
        allowed = ", ".join([LATEST, *paths])
        raise InvalidInput(f"{run.path} has no checkpoint {which!r}; allowed: {allowed}")
    if (checkpoint := newest(run)) is None:
        raise InvalidInput(f"{run.path} has no whole checkpoint yet; train or resume it first")
    return checkpoint


def _read(run: Run, path: Path) -> tuple[int, LazyArrays]:
    try:
        arrays = LazyArrays(path)
        record = _read_record(arrays)
        _check_definition(run, path, record["run"])
        if path.name != f"{BEST}.npz" and path != run.checkpoint_files.get(record["step"]):
            raise ValueError(f"it is a checkpoint of step {record['step']}")
        arrays.verify()
    except InvalidInput:
        raise
    except OSError as error:
        # An archive with a wrong offset is read from before its start.
        if error.errno != errno.EINVAL:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise DamagedCheckpoint(f"{path} is damaged: {error}") from error
    except _READ_ERRORS as error:
        raise DamagedCheckpoint(f"{path} is damaged: {error}") from error
    log.debug("read %s", path)
    return record["step"], arrays.select(lambda key: key != _RECORD_KEY)


def _read_record(arrays: LazyArrays) -> dict:
    header = arrays.headers[_RECORD_KEY]
    if header.shape or header.dtype.kind != "U" or header.dtype.itemsize > _MAX_RECORD_SIZE:
        raise ValueError(f"{_RECORD_KEY} must be text, got {header.dtype} {header.shape}")
    record = json.loads(str(arrays[_RECORD_KEY]))
    if not isinstance(record, dict):
        raise ValueError(f"{_RECORD_KEY} must be a JSON object")
    if type(record["step"]) is not int or record["step"] < 0:
        step = printable(repr(record["step"]))
        raise ValueError(f"step must be a non-negative integer, got {step}")
    return record


def _check_definition(run: Run, path: Path, saved: dict) -> None:
    current = directory.definition(run)
    before, now = saved["config"], current["config"]
    differing = [key for key in ("model", "schema", "data_key") if saved[key] != current[key]]
    # The weights do not depend on these: a run may be extended, and its files may move.
    free = {"steps", "epochs", "count_faces", *run.config.LOCATIONS}
    differing += [
        f"{option_name(field)} ({before.get(field)} -> {now.get(field)})"
        for field in sorted((before.keys() | now.keys()) - free)
        if before.get(field) != now.get(field)
    ]
    if differing:
        raise InvalidInput(
            f"{run.config_file} differs from the copy in {path.name}: "
            f"{', '.join(differing)}; undo the change, or start a new run"
        )


def restore(arrays: Mapping[str, np.ndarray], variables: dict[str, keras.Variable]) -> None:
    """Assign each array to the variable with the same key.

    float16 arrays are accepted for float32 variables, as `inference.packing` stores them.

    Raises:
        InvalidInput: before any array is loaded, if a key is missing or unexpected, or a shape or
            dtype differs.
    """
    actual, name = archives.headers(arrays), getattr(arrays, "path", "the checkpoint")
    if wrong := sorted(actual.keys() ^ variables.keys()):
        keys = ", ".join(map(printable, wrong[:5]))
        raise InvalidInput(f"{name} does not fit the model; missing or unexpected: {keys}")
    for key, variable in variables.items():
        expected = Header(tuple(variable.shape), np.dtype(variable.dtype))
        if actual[key] not in (expected, _as_float16(expected)):
            raise InvalidInput(
                f"{name} does not fit the model: {key} must be {expected.dtype} {expected.shape}, "
                f"got {actual[key].dtype} {actual[key].shape}"
            )
    for key, variable in variables.items():
        variable.assign(arrays[key].astype(variable.dtype))


def _as_float16(header: Header) -> Header:
    return header._replace(dtype=np.dtype("float16")) if header.dtype == "float32" else header
