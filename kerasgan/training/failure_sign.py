"""A sign of failure, and the options that may help."""

from collections.abc import Mapping
from dataclasses import dataclass

from kerasgan.configs.base import Config
from kerasgan.configs.options import option_name


@dataclass(frozen=True)
class FailureSign:
    """A sign of failure in a history.

    Attributes:
        name: identifies the sign, for example "d-loss-zero".
        value: its last value; None if that is not finite.
        since: the step since which it holds.
        message: a sentence with both, and their meaning.
        remedies: {field of a config: how to change it}.
        fatal: whether the run is not expected to recover.
    """

    name: str
    value: float | None
    since: int
    message: str
    remedies: Mapping[str, str]
    fatal: bool = False

    def advice(self, config: Config) -> str:
        """The remedies that are options of this config and not in use yet, in words."""
        options = vars(config)
        changes = []
        for field, change in self.remedies.items():
            current, name = options.get(field, True), f"--{option_name(field)}"
            if current is False:
                changes.append(name)
            elif current is None:
                changes.append(f"{change} {name}")
            elif current is not True:
                is_list = isinstance(current, tuple)
                text = (", ".join(map(str, current)) or "none") if is_list else current
                changes.append(f"{change} {name} (now {text})")
        return f"try a new run with {', or '.join(changes)}"
