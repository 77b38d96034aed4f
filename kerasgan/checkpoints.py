"""Save and restore everything that training changes."""

import json
import logging
import re
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np

from kerasgan import files, runs
from kerasgan.configs.base import option_name
from kerasgan.errors import Refused
from kerasgan.runs import Run

FORMAT_VERSION = 1
BEST = "best"
_RUN_KEY = "run.json"
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError)

log = logging.getLogger(__name__)


def named_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Return every variable that the model's attributes hold, {"<attribute>/<index>/<path>": ...}.

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
    """Return how large a checkpoint of the model is, nearly."""
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
    record = {"format_version": FORMAT_VERSION, "step": step, "run": runs.contents(run)}
    with files.replacing(path) as temporary:
        (np.savez_compressed if packed else np.savez)(
            temporary, **{_RUN_KEY: np.array(json.dumps(record))}, **arrays
        )


def newest(run: Run) -> tuple[int, dict[str, np.ndarray]] | None:
    """Return the step and the arrays of the newest whole checkpoint, or None if there is none.

    A damaged one is named in a warning, and the one before is taken.

    Raises:
        Refused: if it was made under another config than config.json now holds, or has an unknown
            format version.
    """
    for path in reversed(run.saved.values()):
        try:
            return _read(run, path)
        except _DAMAGE as error:
            log.warning("%s is damaged (%s); trying the checkpoint before it", path, error)
    return None


def load(run: Run, which: str = "latest") -> tuple[int, dict[str, np.ndarray]]:
    """Return the step and the arrays of a checkpoint.

    Args:
        which: "latest" for the newest whole one, BEST for the best in the run's best-metric, or a
            step.

    Raises:
        Refused: if there is no such checkpoint, or it is damaged, or as `newest`.
    """
    steps = {str(step): path for step, path in run.saved.items()}
    if (best := run.checkpoints / f"{BEST}.npz").is_file():
        steps[BEST] = best
    if which != "latest" and which not in steps:
        allowed = ", ".join(["latest", *steps])
        raise Refused(f"{run.path} has no checkpoint {which!r}; allowed: {allowed}")
    try:
        found = newest(run) if which == "latest" else _read(run, steps[which])
    except _DAMAGE as error:
        raise Refused(f"{steps[which]} is damaged: {error}") from error
    if found is None:
        raise Refused(f"{run.path} has no whole checkpoint yet; train or resume it first")
    return found


def _read(run: Run, path: Path) -> tuple[int, dict[str, np.ndarray]]:
    # Reading a member checks its CRC.
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    record = json.loads(str(arrays.pop(_RUN_KEY)))
    if record["format_version"] != FORMAT_VERSION:
        raise Refused(
            f"{path} has format version {record['format_version']}; allowed: {FORMAT_VERSION}"
        )
    _refuse_other_config(run, path, record["run"])
    log.debug("read %s", path)
    return record["step"], arrays


def _refuse_other_config(run: Run, path: Path, saved: dict) -> None:
    now = runs.contents(run)
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
        raise Refused(
            f"{run.path / runs.CONFIG_FILE} differs from the copy in {path.name}: "
            f"{', '.join(differing)}; undo the change, or start a new run"
        )


def restore(arrays: dict[str, np.ndarray], variables: dict[str, keras.Variable]) -> None:
    """Assign the arrays to the variables of the same keys.

    Raises:
        Refused: if a key is missing or left over, or a shape differs; then nothing is assigned.
    """
    if wrong := sorted(arrays.keys() ^ variables.keys()):
        raise Refused(f"the checkpoint does not fit the model; missing or left over: {wrong[:5]}")
    for key, variable in variables.items():
        if arrays[key].shape != tuple(variable.shape):
            raise Refused(f"{key} has shape {arrays[key].shape}, the model {variable.shape}")
    for key, variable in variables.items():
        variable.assign(arrays[key])
