"""kerasgan train MODEL"""

import functools
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import rich_click as click

from kerasgan import registry
from kerasgan.commands import messages, options, parameter_types
from kerasgan.commands.names import NamedGroup
from kerasgan.configs import Config
from kerasgan.runs import directory, lookup
from kerasgan.runs.directory import Run


class ModelGroup(NamedGroup):
    """A group with a command per model, built when it is used.

    Building the options of all models would delay every other command, and a model of another
    package that cannot be imported would break them.

    Args:
        command: config class -> its command.
    """

    def __init__(self, *args, command: Callable[[type[Config]], click.Command], **settings):
        super().__init__(*args, subcommand_metavar="MODEL [OPTIONS]", **settings)
        self._command = command

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(registry.names())

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        known = name in registry.names()
        return self._command(registry.config_class(name)) if known else None


def echo_end(run: Run) -> None:
    """Write where a finished run is, and what to type next."""
    from kerasgan import tasks

    unit = "epochs" if run.config.epochs else "steps"
    messages.echo(
        f"trained {run.config.steps} steps: {run.path}\n"
        f"next: kerasgan {tasks.of(run.config).COMMAND} --run {run.path}\n"
        f"to train further: kerasgan resume {run.path} --{unit} {2 * getattr(run.config, unit)}"
    )


@functools.cache
def _command(config: type[Config]) -> click.Command:
    @click.pass_context
    def run(
        context: click.Context,
        preset: str | None,
        config_file: Path | None,
        init: str | None,
        out: Path | None,
        **values,
    ) -> None:
        given = options.given(context, values)
        # Checked before TensorFlow is imported.
        directory.configure(config, preset, config_file, given)
        source = None if init is None else lookup.run(init)

        from kerasgan import api

        command = shlex.join(["kerasgan", *sys.argv[1:]])
        own = {"preset": preset, "config": config_file, "init": source, "out": out}
        run = api.train(config.MODEL, command=command, **own, **given)
        echo_end(run)

    return click.command(
        config.MODEL,
        cls=options.VariadicCommand,
        params=list[click.Parameter](parameters(config)),
        help=config.__doc__,
    )(run)


def parameters(config: type[Config]) -> list[click.Option]:
    """All options of `kerasgan train MODEL`."""
    preset = click.RichOption(
        ["--preset"],
        type=parameter_types.Choice(list(config.PRESETS)),
        help=f"Named set of default values. {options.describe_presets(config)}.  "
        f"[default: {config.default_preset()}]",
        panel="Model",
    )
    config_file = click.RichOption(
        ["--config", "config_file"],
        type=parameter_types.FilePath(),
        metavar="FILE",
        help="A run's config.json, whose options take the place of the preset's.",
        panel="Model",
    )
    init = click.RichOption(
        ["--init"],
        metavar="RUN",
        help="Start with the weights of a run of the same model; labels may differ.",
        shell_complete=options.complete_run,
        panel="Training",
    )
    out = click.RichOption(
        ["--out"],
        type=parameter_types.FilePath(),
        help="The run directory, new or empty.  [default: the next runs/NUMBER-MODEL]",
        panel="Logging",
    )
    return [preset, config_file, *options.of_config(config), init, out]


@click.group(
    cls=ModelGroup,
    command=_command,
    epilog="Next: `kerasgan train acgan --preset quick` trains a small model on faces that "
    "kerasgan draws; `kerasgan train MODEL --help` lists the options of a model.",
)
def train() -> None:
    """Train a new model."""


def parsed(model: str, words: Sequence[str]) -> Config:
    """The config that `kerasgan train MODEL WORDS` would train.

    Raises:
        InvalidInput, click.UsageError: as that command would.
    """
    config = registry.config_class(model)
    parent = click.get_current_context()
    context = _command(config).make_context(model, list(words), parent=parent)
    values = dict(context.params)
    preset, file = values.pop("preset"), values.pop("config_file")
    del values["init"], values["out"]
    return directory.configure(config, preset, file, options.given(context, values))[1]
