"""Run directories: create, find, read, refuse."""

import dataclasses
import json
import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kerasgan
from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.configs.base import option_name
from kerasgan.labels import Vocabulary
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

FORMAT_VERSION = 2
CONFIG_FILE = "config.json"
# Bytes.
CONFIG_LIMIT = 4 * 2**20
EVALUATION_FILE = "evaluation.json"
# What asks for a shipped run, and where these lie.
PRETRAINED = "pretrained"
SHIPPED = Path(kerasgan.__file__).parent / PRETRAINED


@dataclass(frozen=True)
class Run:
    """A run directory and what its config.json says.

    data_key: a hash of the images and labels that it began with.
    """

    path: Path
    config: Config
    vocabulary: Vocabulary
    data_key: str

    @property
    def metrics_file(self) -> Path:
        return self.path / "metrics.csv"

    @property
    def health_file(self) -> Path:
        return self.path / "health.jsonl"

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def is_shipped(self) -> bool:
        return self.path.parent == SHIPPED

    @property
    def name(self) -> str:
        """What a person calls the run: its path, or `pretrained/MODEL`."""
        return f"{PRETRAINED}/{self.path.name}" if self.is_shipped else str(self.path)

    @property
    def outputs(self) -> Path:
        """Where commands write what they make of the run: a shipped one stays as it is."""
        return Path(f"{PRETRAINED}-{self.path.name}") if self.is_shipped else self.path

    @property
    def saved(self) -> dict[int, Path]:
        """The checkpoints of steps, {step: file}, the newest last."""
        there = self.checkpoints.glob("step-*.npz")
        found = {int(file.stem[5:]): file for file in there if file.stem[5:].isdecimal()}
        return dict(sorted(found.items()))


def home() -> Path:
    """The folder that holds the numbered runs: `$KERASGAN_HOME/runs`, or `./runs`."""
    return Path(os.environ.get("KERASGAN_HOME", ".")) / "runs"


def run_name(config: Config, preset: str) -> str:
    """The model, the preset unless it is the default, and what was set beyond it."""
    # What follows from the steps need not be said beside them.
    base = dataclasses.asdict(type(config).from_preset(preset, steps=config.steps))
    base["steps"] = type(config).from_preset(preset).steps
    if base["precision"] == "auto":
        # The config says what was measured, which nobody has set.
        base["precision"] = config.precision
    words = [config.MODEL] + [preset] * (preset != config.default_preset())
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value != base[field.name]:
            if isinstance(value, tuple):
                value = "_".join(map(str, value))
            text = "" if value is True else Path(str(value)).name
            words.append(option_name(field.name) + text)
    return re.sub(r"[^\w.-]+", "_", "-".join(words))[:100]


def create(
    config: Config,
    vocabulary: Vocabulary,
    data_key: str,
    preset: str,
    command: str,
    out: Path | None = None,
) -> Run:
    """Make a run directory with its config.json and return it.

    Args:
        data_key: see `Run`.
        out: the directory itself; without it the next number under `home()` is taken.
        command: the command line, for the record.
    """
    if out is None:
        out = _next_numbered(run_name(config, preset))
    else:
        files.check_vacant(out)
        out.mkdir(parents=True, exist_ok=True)
    run = Run(out, config, vocabulary, data_key)
    write(run, preset=preset, command=command)
    return run


def _next_numbered(name: str) -> Path:
    runs = home()
    files.check_writable(runs)
    runs.mkdir(parents=True, exist_ok=True)
    number = max(numbered(runs), default=0)
    while True:
        number += 1
        claim = runs / f"{number:04d}"
        try:
            claim.mkdir()
        except FileExistsError:
            continue
        # Another process may have claimed and renamed this number since we looked.
        if any(runs.glob(f"{number:04d}-*")):
            claim.rmdir()
            continue
        return claim.rename(runs / f"{number:04d}-{name}")


def folders() -> list[Path]:
    """The run directories below `home()`: those without a number, then by their numbers."""
    with_number = numbered(home()).values()
    others = sorted(set(home().glob("[!.]*")) - set(with_number))
    # What is there but no file is a damaged run.
    return [path for path in (*others, *with_number) if os.path.lexists(path / CONFIG_FILE)]


def numbered(runs: Path) -> dict[int, Path]:
    """The folders whose names begin with a number, {number: folder}, the highest last."""
    matches = ((re.match(r"(\d{4,})(-|$)", path.name), path) for path in sorted(runs.glob("*")))
    found = {int(match[1]): path for match, path in matches if match and path.is_dir()}
    return dict(sorted(found.items()))


def write(run: Run, **record: str) -> None:
    """Write config.json: every field, the vocabulary, package versions and `record`."""
    content = {
        "format_version": FORMAT_VERSION,
        **record,
        **contents(run),
        "versions": {"kerasgan": kerasgan.__version__, "python": platform.python_version()}
        | {name: version(name) for name in ("keras", "tensorflow", "numpy")},
    }
    files.write(run.path / CONFIG_FILE, json.dumps(content, indent=2) + "\n")


def contents(run: Run) -> dict[str, Any]:
    """What defines the run, as JSON has it: model, config, vocabulary and data."""
    fields = {
        "model": run.config.MODEL,
        "config": dataclasses.asdict(run.config),
        "vocabulary": run.vocabulary.to_json(),
        "data_key": run.data_key,
    }
    return json.loads(json.dumps(fields))


def extend(run: Run, steps: int) -> Run:
    """The run with another number of steps, written to its config.json."""
    record = _read_json(run.path)
    extended = dataclasses.replace(run, config=dataclasses.replace(run.config, steps=steps))
    write(extended, preset=record.get("preset", ""), command=record.get("command", ""))
    return extended


def read(path: Path) -> Run:
    """Read a run directory's config.json.

    Raises:
        InvalidInput: if it is absent or damaged, of an unknown format version or of an unknown
            model.
    """
    record = _read_json(path)
    if record.get("format_version") != FORMAT_VERSION:
        raise InvalidInput(
            f"{path / CONFIG_FILE} has format version {record.get('format_version')!r}; "
            f"allowed: {FORMAT_VERSION}"
        )
    if not isinstance(record.get("model"), str) or record["model"] not in registry.names():
        raise InvalidInput(
            f"{path / CONFIG_FILE} is of model {record.get('model')!r}; "
            f"allowed: {', '.join(registry.names())}"
        )
    try:
        config = registry.config_class(record["model"]).from_json(record["config"])
        vocabulary = Vocabulary.from_json(record["vocabulary"])
        data_key = str(record["data_key"])
    except (InvalidInput, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path / CONFIG_FILE} cannot be used: {error}") from error
    return Run(path, config, vocabulary, data_key)


def _read_json(path: Path) -> dict[str, Any]:
    file = path / CONFIG_FILE
    if not os.path.lexists(file):
        raise InvalidInput(f"{path} is no run directory: it has no {CONFIG_FILE}")
    if not file.is_file():
        raise InvalidInput(f"{file} cannot be read: it is no file")
    if (size := file.stat().st_size) > CONFIG_LIMIT:
        raise InvalidInput(f"{file} has {size:,} bytes, more than the limit of {CONFIG_LIMIT:,}")
    with files.named_if_damaged(file):
        record = json.loads(file.read_text())
    if not isinstance(record, dict):
        raise InvalidInput(f"{file} cannot be read: it holds no object")
    return record
