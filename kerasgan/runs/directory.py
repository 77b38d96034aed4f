"""Run directories: create, list, read and extend."""

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
from kerasgan.labels import LabelSchema
from kerasgan.runs import home
from kerasgan.runs.home import CONFIG_FILE
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

# In bytes.
MAX_CONFIG_SIZE = 4 * 2**20
# Ending of the name of a checkpoint that was found damaged.
DAMAGED = ".damaged"
EVALUATION_FILE = "evaluation.json"
PRETRAINED = "pretrained"
SHIPPED = Path(kerasgan.__file__).parent / PRETRAINED


@dataclass(frozen=True)
class Run:
    """A run directory and the content of its config.json.

    Attributes:
        schema: labels of the data.
        data_key: hash of the images and labels at creation.
    """

    path: Path
    config: Config
    schema: LabelSchema
    data_key: str

    @property
    def config_file(self) -> Path:
        return self.path / CONFIG_FILE

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
        """Name of the run in messages: its path, or `pretrained/MODEL` if it is bundled."""
        return f"{PRETRAINED}/{self.path.name}" if self.is_shipped else str(self.path)

    @property
    def outputs(self) -> Path:
        """Folder for evaluations and exports: outside of a bundled run, which never changes."""
        return Path(f"{PRETRAINED}-{self.path.name}") if self.is_shipped else self.path

    @property
    def conditions(self) -> LabelSchema:
        """The labels that the model generates by; none if it is unconditional."""
        return self.schema if self.schema.labels and self.config.IS_CONDITIONAL else LabelSchema()

    @property
    def checkpoint_files(self) -> dict[int, Path]:
        """Numbered checkpoints, {step: file}, sorted by step.

        Raises:
            OSError: if the folder cannot be read.
        """
        steps = (re.fullmatch(r"step-(\d+)\.npz", name) for name in self._checkpoint_names)
        by_step = {int(step[1]): self.checkpoints / step[0] for step in steps if step}
        return dict(sorted(by_step.items()))

    @property
    def damaged_checkpoints(self) -> list[Path]:
        """Checkpoints that were found damaged and set aside."""
        names = sorted(self._checkpoint_names)
        return [self.checkpoints / name for name in names if name.endswith(DAMAGED)]

    @property
    def _checkpoint_names(self) -> list[str]:
        # `Path.glob` takes a folder that cannot be read for an empty one.
        return os.listdir(self.checkpoints) if os.path.lexists(self.checkpoints) else []


def create(
    config: Config,
    schema: LabelSchema,
    data_key: str,
    preset: str,
    command: str,
    out: Path | None = None,
) -> Run:
    """Create a run directory with its config.json.

    Args:
        data_key: see `Run`.
        preset, command: name of the preset and command line, stored in config.json.
        out: the directory. Default: the next number in `home.folder()`.

    Raises:
        InvalidInput: if `out` is not empty, or the folder is not writable.
    """
    if out is None:
        out = home.new_folder(home.name_of(config, preset))
    else:
        files.check_vacant(out)
        out.mkdir(parents=True, exist_ok=True)
        try:
            # Of two processes that found the folder empty, one goes on.
            (out / CONFIG_FILE).touch(exist_ok=False)
        except FileExistsError:
            raise InvalidInput(f"{out} was taken by another process") from None
    run = Run(out, config, schema, data_key)
    write(run, preset=preset, command=command)
    return run


def write(run: Run, **record: str) -> None:
    """Write config.json: the run's definition, package versions and `record`."""
    content = {
        **record,
        **definition(run),
        "versions": {"kerasgan": kerasgan.__version__, "python": platform.python_version()}
        | {name: version(name) for name in ("keras", "tensorflow", "numpy")},
    }
    files.write(run.config_file, json.dumps(content, indent=2) + "\n")


def definition(run: Run) -> dict[str, Any]:
    """Model, config, labels and data key of a run as JSON types."""
    fields = {
        "model": run.config.MODEL,
        "config": dataclasses.asdict(run.config),
        "schema": run.schema.to_json(),
        "data_key": run.data_key,
    }
    return json.loads(json.dumps(fields))


def update(run: Run, **options: Any) -> Run:
    """Change options that no weight depends on: the number of steps and where the data is.

    Nothing is written if they are as before.
    """
    updated = dataclasses.replace(run, config=dataclasses.replace(run.config, **options))
    if updated != run:
        record = _read_folder(run.path)
        write(updated, preset=record.get("preset", ""), command=record.get("command", ""))
    return updated


def read(path: Path) -> Run:
    """Read a run directory's config.json.

    Raises:
        InvalidInput: if it is missing or damaged, or its model is unknown.
    """
    return _parse(path, _read_folder(path))


def preset(run: Run) -> str:
    """Name of the preset that a run began with; the model's first if config.json has none."""
    return run.config.known_preset(_read_folder(run.path).get("preset"))


def _parse(path: Path, record: dict[str, Any]) -> Run:
    file = path / CONFIG_FILE
    if not isinstance(record.get("model"), str) or record["model"] not in registry.names():
        raise InvalidInput(
            f"model in {file} must be one of {', '.join(registry.names())}; got "
            f"{record.get('model')!r}"
        )
    try:
        config = registry.config_class(record["model"]).from_json(record["config"])
        schema = LabelSchema.from_json(record["schema"])
        data_key = str(record["data_key"])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} cannot be used: {error}") from error
    return Run(path, config, schema, data_key)


def configure(
    kind: type[Config], preset: str | None, path: Path | None, options: dict[str, Any]
) -> tuple[str, Config]:
    """Name of the preset and the config of a new run.

    Args:
        preset: a name. Default: the model's first.
        path: directory or config.json of a run, whose options take the place of the preset's.
        options: beat both.

    Raises:
        InvalidInput: if both are given, the run is of another model or damaged, or an option is
            impossible.
    """
    if path is None:
        preset = kind.default_preset() if preset is None else preset
        config = kind.from_preset(preset, **options)
        config.check_applicable(options)
        return preset, config
    if preset is not None:
        raise InvalidInput("preset and config exclude one another")
    folder = path.parent if path.name == CONFIG_FILE else path
    record = _read_folder(folder)
    config = _parse(folder, record).config
    if type(config) is not kind:
        raise InvalidInput(f"config: {path} is of {config.MODEL}, not {kind.MODEL}")
    config = config.with_options(**options)
    config.check_applicable(options)
    return kind.known_preset(record.get("preset")), config


def _read_folder(path: Path) -> dict[str, Any]:
    file = path / CONFIG_FILE
    if not home.is_run(path):
        raise InvalidInput(f"{path} is not a run directory: it has no {CONFIG_FILE}")
    if not file.is_file():
        raise InvalidInput(f"{file} cannot be read: it is not a file")
    if (size := file.stat().st_size) > MAX_CONFIG_SIZE:
        raise InvalidInput(f"{file} must have at most {MAX_CONFIG_SIZE:,} bytes, got {size:,}")
    with files.named_if_damaged(file):
        record = json.loads(file.read_text())
    if not isinstance(record, dict):
        raise InvalidInput(f"{file} cannot be read: it is not a JSON object")
    return record
