"""Groups that answer a wrong name with the right ones."""

from difflib import get_close_matches

import click


class NamedGroup(click.Group):
    """A group that names its commands, and the nearest one first, when asked for another."""

    def resolve_command(self, context: click.Context, arguments: list[str]):
        names = self.list_commands(context)
        wanted = arguments[0]
        if wanted not in names and not wanted.startswith("-"):
            kind = (self.subcommand_metavar or "COMMAND").split()[0].lower()
            near = get_close_matches(wanted, names, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise click.UsageError(f"unknown {kind} {wanted!r}{hint}; allowed: {', '.join(names)}")
        return super().resolve_command(context, arguments)
