"""Progress bars that are quiet where nobody watches."""

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

from tqdm import tqdm

from kerasgan.utils.printing import printable


def bar(*args: Any, desc: str = "", **kwargs: Any) -> tqdm:
    """A tqdm bar on standard error; in a log file it speaks every ten seconds only.

    There is none where kerasgan's logger was told to let warnings through only.
    """
    interval = 0.1 if sys.stderr.isatty() else 10.0
    quiet = logging.getLogger("kerasgan").level > logging.INFO
    intervals = {"mininterval": interval, "maxinterval": interval}
    return tqdm(*args, desc=printable(desc), disable=quiet, **intervals, **kwargs)


def aside() -> AbstractContextManager[None]:
    """Take the bars off the screen while something else is said."""
    return tqdm.external_write_mode()
