"""Groups that answer a wrong name with the right ones."""

import click

from kerasgan.utils.errors import unknown


class NamedGroup(click.Group):
    """A group that names its commands, and the nearest one first, when asked for another."""

    def resolve_command(self, context: click.Context, arguments: list[str]):
        names = self.list_commands(context)
        wanted = arguments[0]
        if wanted not in names and not wanted.startswith("-"):
            kind = (self.subcommand_metavar or "COMMAND").split()[0].strip("[]").lower()
            raise click.UsageError(str(unknown(kind, wanted, names)))
        return super().resolve_command(context, arguments)
