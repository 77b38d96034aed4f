"""Command groups that suggest a name for a misspelt one."""

import rich_click as click

from kerasgan.utils.errors import unknown


class NamedGroup(click.RichGroup):
    """A group whose error for an unknown command names the nearest one and all others."""

    def resolve_command(self, context: click.Context, arguments: list[str]):
        names = self.list_commands(context)
        name = arguments[0]
        if name not in names and not name.startswith("-"):
            kind = (self.subcommand_metavar or "COMMAND").split()[0].strip("[]").lower()
            raise click.UsageError(str(unknown(kind, name, names)))
        return super().resolve_command(context, arguments)
