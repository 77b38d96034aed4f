"""Options that commands share, and config dataclasses as options. Knows no model."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from kerasgan.configs.base import Config, option_name
from kerasgan.datasets import layouts
from kerasgan.runs import directory
from kerasgan.utils.errors import hint

checkpoint = click.option(
    "--checkpoint", default="latest", show_default=True, help="latest, best, or a step."
)


def complete_run(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return, for a shell, the names of runs that begin so, or else that it may look for a path."""
    # Names with control characters are not for a command line.
    found = (folder.name for folder in directory.folders() if folder.name.isprintable())
    names = [name for name in found if name.startswith(incomplete)]
    return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="dir")]


run_names = click.argument(
    "names", metavar="RUN...", nargs=-1, required=True, shell_complete=complete_run
)


def run(default: str) -> Callable:
    """The option --run; `default` says which run is taken without it."""
    return click.option(
        "--run",
        shell_complete=complete_run,
        help=f"A path, number or name.  [default: {default}]",
    )


class Choice(click.Choice):
    """A choice that answers a typo with the nearest of its values."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        near = hint(str(value), [str(choice) for choice in self.choices])
        return super().get_invalid_choice_message(value, ctx) + near


# Choices of options whose values are listed outside the configs.
_CHOICES = {"layout": layouts.CHOICES}


def of_config(config: type[Config]) -> list[click.Option]:
    """An option for each field of a config; each flag has its opposite."""
    kinds = get_type_hints(config)
    return [_of_field(field, kinds[field.name]) for field in dataclasses.fields(config)]


def _of_field(field: dataclasses.Field, kind: Any) -> click.Option:
    name = f"--{option_name(field.name)}"
    settings: dict[str, Any] = {"default": field.default, "show_default": True}
    if kind in (bool, bool | None):
        name += f"/--no-{option_name(field.name)}"
    elif get_origin(kind) is Literal:
        settings["type"] = Choice(get_args(kind))
    elif field.name in _CHOICES:
        settings["type"] = Choice(_CHOICES[field.name])
    elif get_origin(kind) is tuple and ... in get_args(kind):
        settings |= {"multiple": True, "callback": split, "metavar": "A,B"}
    elif get_origin(kind) is tuple:
        settings |= {"nargs": len(get_args(kind)), "type": get_args(kind)[0]}
        settings["metavar"] = field.metadata["parts"]
    else:
        settings["type"] = kind
    return click.Option([name], help=field.metadata["help"], **settings)


def split(context: click.Context, parameter: click.Parameter, values: tuple) -> tuple[str, ...]:
    """Let a list be given by commas, by repeating the option, or by both."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def given(context: click.Context, values: dict[str, Any]) -> dict[str, Any]:
    """Those of the values that the user typed, rather than defaults."""
    return {
        name: value
        for name, value in values.items()
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }


def describe_presets(config: type[Config]) -> str:
    """The presets' names and what each sets, for `--help`."""
    return "; ".join(
        f"{name}: "
        + (", ".join(f"{option_name(k)} {v}" for k, v in preset.items()) or "the defaults below")
        for name, preset in config.PRESETS.items()
    )
