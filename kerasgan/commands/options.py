"""Options that commands share, and the options of config dataclasses. Imports no model."""

import dataclasses
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, get_args, get_origin

import rich_click as click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from kerasgan.commands import parameter_types
from kerasgan.configs.base import Config
from kerasgan.configs.options import option_name, panel, type_hints, words
from kerasgan.datasets import layouts
from kerasgan.labels import parse_values
from kerasgan.runs import home
from kerasgan.utils import sizes

# Panels of `kerasgan train MODEL --help`, in this order.
PANELS = ("Model", "Data", "Training", "Logging")

checkpoint = click.option(
    "--checkpoint", default="latest", show_default=True, help="latest, best or a step."
)


def complete_run(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The names of runs that begin with `incomplete`, or else a request to complete a path."""
    # Names with control characters are not offered to a shell.
    found = (folder.name for folder in home.runs() if folder.name.isprintable())
    names = [name for name in found if name.startswith(incomplete)]
    return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="dir")]


run_names = click.argument(
    "names", metavar="RUN...", nargs=-1, required=True, shell_complete=complete_run
)


def run(default: str) -> Callable:
    """The option --run, whose help names the default run."""
    return click.option(
        "--run",
        shell_complete=complete_run,
        help=f"Path, number or name of a run.  [default: {default}]",
    )


def html_page(default: str) -> Callable:
    """The option --html, the file of a page that a command writes."""
    return click.option(
        "--html",
        type=parameter_types.FilePath(),
        default=default,
        show_default=True,
        help="File of the page.",
    )


def local_page(port: int) -> Callable:
    """The options --port, with this default, and --token, a new token or None for the command."""
    with_port = click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=port,
        show_default=True,
        help="Port of this machine; 0 chooses a free one.",
    )
    with_token = click.option(
        "--token/--no-token",
        default=True,
        callback=lambda context, parameter, value: secrets.token_urlsafe() if value else None,
        help="Serve only browsers that have the token of the printed address.  [default: token]",
    )
    return lambda function: with_port(with_token(function))


as_json = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON document, and all else to standard error.",
)

open_output = click.option(
    "--open", "open_output", is_flag=True, help="Open the result with the system's viewer."
)


target_domain = click.option(
    "--to",
    type=click.Choice(["a", "b"]),
    help="Target domain of cyclegan, or b of cut.  [default: b]",
)


def label_values(function: Callable) -> Callable:
    """The options --set, --hair and --eyes; the command gets them as `values`, {label: value}."""

    @click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="LABEL=VALUE",
        help="Value of a label; repeatable. A binary label is yes or no.",
    )
    @click.option("--hair", metavar="COLOUR", help="The same as --set hair=COLOUR.")
    @click.option("--eyes", metavar="COLOUR", help="The same as --set eyes=COLOUR.")
    @wraps(function)
    def command(*args, settings: tuple[str, ...], hair: str | None, eyes: str | None, **options):
        colours = {"hair": hair, "eyes": eyes}
        given = [f"{name}={colour}" for name, colour in colours.items() if colour is not None]
        return function(*args, values=parse_values([*settings, *given]), **options)

    return command


# Choices of options whose values are listed outside the configs.
_CHOICES = {"layout": layouts.CHOICES}


def of_config(config: type[Config]) -> list[click.Option]:
    """An option for each field of a config, in the order of their panels."""
    types = type_hints(config)
    panels = {field: panel(config, field.name) for field in dataclasses.fields(config)}
    ordered = sorted(panels, key=lambda field: PANELS.index(panels[field]))
    return [_of_field(field, types[field.name], panels[field]) for field in ordered]


def _of_field(field: dataclasses.Field, type_: Any, panel: str) -> click.Option:
    name = f"--{option_name(field.name)}"
    settings: dict[str, Any] = {"default": field.default, "show_default": True}
    if type_ in (bool, bool | None):
        name += f"/--no-{option_name(field.name)}"
    elif get_origin(type_) is Literal:
        settings["type"] = parameter_types.Choice(get_args(type_))
    elif word := words(type_):
        settings["type"] = parameter_types.NumberOrWord(word)
    elif field.name in _CHOICES:
        settings["type"] = parameter_types.Choice(_CHOICES[field.name])
    elif type_ == sizes.Size:
        settings["type"] = parameter_types.SizeType()
    elif type_ == tuple[float | str, ...]:
        return VariadicOption(
            [name],
            help=field.metadata["help"],
            panel=panel,
            metavar=field.metadata["parts"],
            default="",
            callback=_numbers_and_texts,
        )
    elif get_origin(type_) is tuple and ... in get_args(type_):
        settings |= {"multiple": True, "callback": split, "metavar": "A,B"}
    else:
        settings["type"] = next(iter(get_args(type_)), type_)
    return click.RichOption([name], help=field.metadata["help"], panel=panel, **settings)


class VariadicOption(click.RichOption):
    """An option that takes all numbers and NAME=NUMBER that follow it."""


class VariadicCommand(click.RichCommand):
    """A command whose `VariadicOption`s take several words.

    Click's options take a fixed number of words, so the words are joined before it parses them.
    """

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        options = [param for param in self.params if isinstance(param, VariadicOption)]
        names = {name for option in options for name in option.opts}
        joined: list[list[str]] = [[]]
        is_open = False
        for word in args:
            name, equals, value = word.partition("=")
            if is_open and _is_part(word):
                joined[-1].append(word)
            elif is_open := name in names:
                joined += [[name], [value] if equals else []]
            else:
                joined.append([word])
        return super().parse_args(context, [" ".join(words) for words in joined if words])


def _is_part(word: str) -> bool:
    """Whether a word is a number, or a name and a number."""
    return not word.startswith("--") and (
        "=" in word or re.fullmatch(r"[-+.\d]+(e[-+]?\d+)?,?", word) is not None
    )


def _numbers_and_texts(
    context: click.Context, parameter: click.Parameter, value: str
) -> tuple[float | str, ...]:
    parts = []
    for word in value.replace(",", " ").split():
        try:
            parts.append(word if "=" in word else float(word))
        except ValueError:
            raise click.BadParameter(
                f"must be numbers or NAME=NUMBER, got {word!r}", context, parameter
            ) from None
    return tuple(parts)


def check_json(context: click.Context, as_json: bool) -> None:
    """Refuse --json of a group before one of its commands, which would ignore it."""
    if as_json and context.invoked_subcommand:
        raise click.UsageError(f"--json does not apply to {context.invoked_subcommand}", context)


def split(context: click.Context, parameter: click.Parameter, values: tuple) -> tuple[str, ...]:
    """Split a list given with commas, by repeating the option, or both."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def given(context: click.Context, values: dict[str, Any]) -> dict[str, Any]:
    """The values from the command line, without those that are defaults."""
    return {
        name: value
        for name, value in values.items()
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }


def describe_presets(config: type[Config]) -> str:
    """The presets and the values that each sets, for `--help`."""
    return "; ".join(
        f"{name}: " + (", ".join(map(_described, preset, preset.values())) or "the defaults below")
        for name, preset in config.PRESETS.items()
    )


def _described(field: str, value: Any) -> str:
    """An option and its value, as they are typed."""
    return f"{option_name(field)} {','.join(value) if isinstance(value, tuple) else value}"
