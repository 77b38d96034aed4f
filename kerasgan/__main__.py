"""The command kerasgan, and python -m kerasgan."""

import signal
import sys


def main() -> None:
    try:
        # Here, so that Ctrl-C while it is imported shows no traceback either.
        from kerasgan.commands import cli

        cli(prog_name="kerasgan")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
