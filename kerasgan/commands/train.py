"""kerasgan train MODEL"""

import functools
import shlex
import sys
from pathlib import Path

import rich_click as click

from kerasgan import registry
from kerasgan.commands import messages, options
from kerasgan.commands.names import NamedGroup
from kerasgan.configs import Config


class TrainGroup(NamedGroup):
    """A group with a command per model, built when it is used.

    Building the options of all models would delay every other command, and a model of another
    package that cannot be imported would break them.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(registry.names())

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return _command(registry.config_class(name)) if name in registry.names() else None


@click.group(cls=TrainGroup, subcommand_metavar="MODEL [OPTIONS]")
def train() -> None:
    """Train a new model."""


@functools.cache
def _command(config: type[Config]) -> click.Command:
    @click.pass_context
    def run(context: click.Context, preset: str, out: Path | None, **values) -> None:
        given = options.given(context, values)
        # Checked before TensorFlow is imported.
        config.from_preset(preset, **given)

        from kerasgan import api

        command = shlex.join(["kerasgan", *sys.argv[1:]])
        run = api.train(config.MODEL, preset=preset, out=out, command=command, **given)
        messages.tell(f"trained {run.config.steps} steps: {run.path}")

    preset = click.RichOption(
        ["--preset"],
        type=options.Choice(list(config.PRESETS)),
        default=config.default_preset(),
        show_default=True,
        help=f"Named set of default values. {options.describe_presets(config)}.",
        panel="Model",
    )
    out = click.RichOption(
        ["--out"],
        type=click.Path(path_type=Path),
        help="The run directory, new or empty.  [default: the next runs/NUMBER-MODEL]",
        panel="Logging",
    )
    return options.VariadicCommand(
        config.MODEL,
        callback=run,
        params=[preset, *options.of_config(config), out],
        help=config.__doc__,
    )


def parsed(model: str, words: list[str]) -> Config:
    """The config that `kerasgan train MODEL WORDS` would train.

    Raises:
        InvalidInput, click.UsageError: as that command would.
    """
    config = registry.config_class(model)
    parent = click.get_current_context()
    context = _command(config).make_context(model, list(words), parent=parent)
    values = dict(context.params)
    preset, _ = values.pop("preset"), values.pop("out")
    return config.from_preset(preset, **options.given(context, values))
