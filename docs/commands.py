"""Write the reference of the command line from the commands themselves, when the site is built."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

import click

from kerasgan import registry
from kerasgan.commands import cli, options, train
from kerasgan.configs import Config

# Pages have these comments where the generated parts belong.
_COMMANDS, _OPTIONS = "<!-- commands -->", "<!-- training options -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the comments of a page by what they stand for; MkDocs calls this for every page."""
    for comment, generated in ((_COMMANDS, commands), (_OPTIONS, training_options)):
        if comment in markdown:
            markdown = markdown.replace(comment, "\n\n".join(generated()))
    return markdown


def commands() -> Iterator[str]:
    """A section per command, without the options of single models."""
    root = click.Context(cli, info_name="kerasgan")
    yield from _section(root, "kerasgan")
    for name in cli.list_commands(root):
        context = click.Context(cli.get_command(root, name), info_name=name, parent=root)
        yield from _section(context, f"kerasgan {name}")
        if isinstance(context.command, click.Group) and not _has_models(context.command):
            for inner in context.command.list_commands(context):
                command = context.command.get_command(context, inner)
                inside = click.Context(command, info_name=inner, parent=context)
                yield from _section(inside, f"kerasgan {name} {inner}")


def training_options() -> Iterator[str]:
    """A table for each panel of `kerasgan train MODEL --help`; the model's own, for each model."""
    configs = {name: registry.config_class(name) for name in registry.names()}
    for panel in options.PANELS[1:]:
        yield f"## {panel}"
        yield _table(("option", "default", "meaning", "models"), _of_panel(panel, configs))
    for name, config in configs.items():
        yield f"## {name}"
        yield _escaped(inspect.cleandoc(config.__doc__ or ""))
        yield _table(("`--preset`", "values"), _presets(config))
        own = [option for option in train.parameters(config) if option.panel == options.PANELS[0]]
        rows = [_row(option) for option in own if option.name != "preset"]
        yield _table(("option", "default", "meaning"), rows)


def _has_models(group: click.Group) -> bool:
    return isinstance(group, train.ModelGroup)


def _section(context: click.Context, title: str) -> Iterator[str]:
    yield f"## {title}"
    yield f"```text\n{context.command.get_usage(context).removeprefix('Usage: ')}\n```"
    yield _escaped(inspect.cleandoc(context.command.help or ""))
    shown = [param for param in context.command.params if isinstance(param, click.Option)]
    if shown:
        yield _table(("option", "default", "meaning"), map(_row, shown))


def _row(option: click.Option) -> list[str]:
    context = click.Context(click.Command(""))
    meaning, _, default = (option.help or "").partition("[default: ")
    extra = option.get_help_extra(context).get("default", default.rstrip("]"))
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    kind = "" if option.is_flag else f" {option.make_metavar(context)}"
    return [f"{names}{kind}", extra, meaning.strip()]


def _of_panel(panel: str, configs: dict[str, type[Config]]) -> Iterator[list[str]]:
    """The options of a panel, with the models that have each; equal ones in one row."""
    models: dict[tuple[str, ...], list[str]] = {}
    for name, config in configs.items():
        for option in train.parameters(config):
            if option.panel == panel:
                models.setdefault(tuple(_row(option)), []).append(name)
    for row, having in models.items():
        lacking = [name for name in configs if name not in having]
        yield [*row, _named(having, lacking)]


def _named(having: list[str], lacking: list[str]) -> str:
    """The models that have an option, or those that lack it, whichever are fewer."""
    if not lacking:
        return "all"
    if len(having) <= len(lacking):
        return ", ".join(having)
    return f"all but {', '.join(lacking)}"


def _presets(config: type[Config]) -> Iterator[list[str]]:
    for name, values in config.PRESETS.items():
        words = (f"{options.option_name(field)} {value}" for field, value in values.items())
        yield [f"`{name}`", ", ".join(words) or "the defaults below"]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [head, *rows]
    cells = [[_escaped(cell).replace("|", "\\|") for cell in line] for line in lines]
    cells.insert(1, ["---"] * len(cells[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _escaped(text: str) -> str:
    """Text whose angle brackets are no tags."""
    return text.replace("<", "&lt;")
