"""The command kerasgan, and python -m kerasgan."""

import os
import signal
import sys


def main() -> None:
    _open_closed_streams()
    try:
        # Here, so that Ctrl-C while it is imported shows no traceback either.
        from kerasgan.commands import cli

        cli(prog_name="kerasgan")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _open_closed_streams() -> None:
    """Discard what is written to a stream that was closed, as by `2>&-`.

    Otherwise the next file that is opened takes its place, and gets the messages.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, number)
            if nowhere != number:
                os.close(nowhere)
            setattr(sys, name, os.fdopen(number, mode))


if __name__ == "__main__":
    main()
