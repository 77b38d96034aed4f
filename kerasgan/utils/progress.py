"""Progress bars that are rare in log files and absent with --quiet."""

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

from tqdm import tqdm

from kerasgan.utils.printing import printable


def bar(*args: Any, desc: str = "", **kwargs: Any) -> tqdm:
    """A tqdm bar on standard error, updated only every ten seconds where that is a file.

    There is no bar unless kerasgan's logger has the level INFO or a lower one, as the command sets.
    """
    interval = 0.1 if sys.stderr.isatty() else 10.0
    quiet = not logging.NOTSET < logging.getLogger("kerasgan").level <= logging.INFO
    intervals = {"mininterval": interval, "maxinterval": interval}
    return tqdm(*args, desc=printable(desc), disable=quiet, **intervals, **kwargs)


def hidden() -> AbstractContextManager[None]:
    """Clear the bars from the screen while other text is written."""
    return tqdm.external_write_mode()
