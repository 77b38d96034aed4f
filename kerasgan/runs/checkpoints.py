"""Save and restore everything that training changes."""

import json
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from kerasgan.configs.base import option_name
from kerasgan.runs import archives, directory
from kerasgan.runs.archives import Arrays, Header
from kerasgan.runs.directory import Run
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable

FORMAT_VERSION = 1
BEST = "best"
_RUN_KEY = "run.json"
# Bytes; four for each character.
_RECORD_LIMIT = 4 * directory.CONFIG_LIMIT
# What reading bad content raises; RuntimeError also of encrypted and unknown forms of archives.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RuntimeError,
)

log = logging.getLogger(__name__)


def named_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Every variable that the model's attributes hold, {"<attribute>/<index>/<path>": ...}.

    Paths alone are no keys: networks of one builder share them.

    Raises:
        ValueError: if two variables get one key, or the model has a variable that is in none of
            its public attributes.
    """
    named, held = {}, set()
    for attribute, owner in sorted(vars(model).items()):
        if attribute.startswith("_"):
            continue
        owned = [owner] if isinstance(owner, keras.Variable) else getattr(owner, "variables", [])
        for index, variable in enumerate(owned):
            # Keras numbers seed generators by what the process has built before.
            path = re.sub(r"seed_generator_\d+", "seed_generator", variable.path)
            key = f"{attribute}/{index:03d}/{path}"
            if key in named:
                raise ValueError(f"two variables are called {key}")
            named[key] = variable
            held.add(id(variable))
    if lost := [variable.path for variable in model.variables if id(variable) not in held]:
        raise ValueError(f"variables that no public attribute of the model holds: {lost}")
    return named


def size_in_bytes(model: keras.Model) -> int:
    """How large a checkpoint of the model is, nearly."""
    return sum(np.asarray(variable).nbytes for variable in named_variables(model).values())


def save(run: Run, model: keras.Model, step: int, name: str | None = None) -> Path:
    """Write the checkpoint of this step, whole or not at all, and remove all but the last few.

    Args:
        name: what to call it instead; then none is removed, but what was called so is replaced.
    """
    arrays = {key: np.asarray(value) for key, value in named_variables(model).items()}
    path = run.checkpoints / f"{name or f'step-{step:06d}'}.npz"
    write(run, arrays, step, path)
    for old in list(run.saved.values())[: -run.config.keep]:
        old.unlink()
    return path


def write(run: Run, arrays: dict[str, np.ndarray], step: int, path: Path, packed=False) -> None:
    """Write the arrays of a checkpoint of the run into a file, whole or not at all.

    Args:
        packed: whether the file is to be small rather than written soon.
    """
    record = {"format_version": FORMAT_VERSION, "step": step, "run": directory.contents(run)}
    with files.replacing(path) as temporary:
        (np.savez_compressed if packed else np.savez)(
            temporary, **{_RUN_KEY: np.array(json.dumps(record))}, **arrays
        )


def newest(run: Run) -> tuple[int, Arrays] | None:
    """The step and the arrays of the newest whole checkpoint, or None if there is none.

    A damaged one is named in a warning, and the one before is taken.

    Raises:
        InvalidInput: if it was made under another config than config.json now holds, or has an
            unknown format version.
    """
    for path in reversed(run.saved.values()):
        try:
            return _read(run, path)
        except _DAMAGE as error:
            log.warning("%s is damaged (%s); trying the checkpoint before it", path, error)
    return None


def load(run: Run, which: str = "latest") -> tuple[int, Arrays]:
    """The step and the arrays of a checkpoint.

    Args:
        which: "latest" for the newest whole one, BEST for the best in the run's best-metric, or a
            step.

    Raises:
        InvalidInput: if there is no such checkpoint, or it is damaged, or as `newest`.
    """
    steps = {str(step): path for step, path in run.saved.items()}
    if (best := run.checkpoints / f"{BEST}.npz").is_file():
        steps[BEST] = best
    if which != "latest" and which not in steps:
        allowed = ", ".join(["latest", *steps])
        raise InvalidInput(f"{run.path} has no checkpoint {which!r}; allowed: {allowed}")
    try:
        found = newest(run) if which == "latest" else _read(run, steps[which])
    except _DAMAGE as error:
        raise InvalidInput(f"{steps[which]} is damaged: {error}") from error
    if found is None:
        raise InvalidInput(f"{run.path} has no whole checkpoint yet; train or resume it first")
    return found


def _read(run: Run, path: Path) -> tuple[int, Arrays]:
    arrays = Arrays(path)
    record = _record(arrays)
    if record["format_version"] != FORMAT_VERSION:
        raise InvalidInput(
            f"{path} has format version {record['format_version']!r}; allowed: {FORMAT_VERSION}"
        )
    if type(record["step"]) is not int or record["step"] < 0:
        raise ValueError(f"its step is {printable(repr(record['step']))}")
    _refuse_other_config(run, path, record["run"])
    arrays.verify()
    log.debug("read %s", path)
    return record["step"], arrays.chosen(lambda key: key != _RUN_KEY)


def _record(arrays: Arrays) -> dict:
    header = arrays.headers[_RUN_KEY]
    if header.shape or header.dtype.kind != "U" or header.dtype.itemsize > _RECORD_LIMIT:
        raise ValueError(f"{_RUN_KEY} is {header.dtype} {header.shape}")
    record = json.loads(str(arrays[_RUN_KEY]))
    if not isinstance(record, dict):
        raise ValueError(f"{_RUN_KEY} holds no object")
    return record


def _refuse_other_config(run: Run, path: Path, saved: dict) -> None:
    now = directory.contents(run)
    before = run.config.completed(saved["config"])
    differing = [key for key in ("model", "vocabulary", "data_key") if saved[key] != now[key]]
    # A run may be extended: its number of steps is no property of its weights.
    fields = (before.keys() | now["config"].keys()) - {"steps"}
    differing += [
        f"{option_name(field)} ({before.get(field)} -> {now['config'].get(field)})"
        for field in sorted(fields)
        if before.get(field) != now["config"].get(field)
    ]
    if differing:
        raise InvalidInput(
            f"{run.path / directory.CONFIG_FILE} differs from the copy in {path.name}: "
            f"{', '.join(differing)}; undo the change, or start a new run"
        )


def restore(arrays: Mapping[str, np.ndarray], variables: dict[str, keras.Variable]) -> None:
    """Assign the arrays to the variables of the same keys.

    Raises:
        InvalidInput: if a key is missing or left over, or a shape or type differs; then nothing was
            read or assigned.
    """
    found, name = archives.headers(arrays), getattr(arrays, "path", "the checkpoint")
    if wrong := sorted(found.keys() ^ variables.keys()):
        keys = ", ".join(map(printable, wrong[:5]))
        raise InvalidInput(f"{name} does not fit the model; missing or left over: {keys}")
    for key, variable in variables.items():
        expected = Header(tuple(variable.shape), np.dtype(variable.dtype))
        if found[key] not in (expected, _packed(expected)):
            raise InvalidInput(
                f"{name} does not fit the model: {key} is {found[key].dtype} {found[key].shape}; "
                f"allowed: {expected.dtype} {expected.shape}"
            )
    for key, variable in variables.items():
        variable.assign(arrays[key].astype(variable.dtype))


def _packed(header: Header) -> Header:
    """The header under which `packing` keeps an array: float16 for float32."""
    return header._replace(dtype=np.dtype("float16")) if header.dtype == "float32" else header
