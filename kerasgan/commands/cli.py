"""The root command, and how errors become one line and an exit code."""

import logging
import signal
import sys
import traceback

import rich_click as click
from click.exceptions import Exit, NoArgsIsHelpError

import kerasgan
from kerasgan.commands import messages
from kerasgan.commands.cache import cache
from kerasgan.commands.compare import compare
from kerasgan.commands.data import data
from kerasgan.commands.demo import demo
from kerasgan.commands.describe import describe
from kerasgan.commands.doctor import doctor
from kerasgan.commands.evaluate import evaluate
from kerasgan.commands.export import export
from kerasgan.commands.names import NamedGroup
from kerasgan.commands.report import report
from kerasgan.commands.reproduce import reproduce
from kerasgan.commands.resume import resume
from kerasgan.commands.runs import runs
from kerasgan.commands.sample import sample
from kerasgan.commands.sweep import sweep
from kerasgan.commands.train import train
from kerasgan.commands.translate import translate
from kerasgan.commands.watch import watch
from kerasgan.utils import processes
from kerasgan.utils.errors import Interrupted, InvalidInput, TrainingFailed, of_system
from kerasgan.utils.printing import LONGEST_LINE, printable


class _Error(click.ClickException):
    def __init__(self, message: str, exit_code: int):
        super().__init__(message)
        # Click reads it from the instance, too.
        self.exit_code = exit_code  # pyright: ignore[reportAttributeAccessIssue]

    def show(self, file=None) -> None:
        messages.notify(f"Error: {printable(self.format_message(), LONGEST_LINE)}", "red")


class RootGroup(NamedGroup):
    """A group that prints each error as one line, after the traceback with `--debug`."""

    # Rich's would draw a panel around errors.
    main = click.Group.main  # pyright: ignore[reportAssignmentType]

    def _invoke(self, context: click.Context):
        """Print the traceback of an error with `--debug`, without control characters."""
        try:
            return super().invoke(context)
        except (click.ClickException, Exit, click.Abort, Interrupted):
            raise
        except Exception as error:
            if context.params["debug"]:
                messages.notify("".join(traceback.format_exception(error)).rstrip())
            raise

    def invoke(self, context: click.Context):
        try:
            return self._invoke(context)
        except (NoArgsIsHelpError, BrokenPipeError):
            raise
        except click.UsageError as error:
            raise _Error(" ".join(error.format_message().split()), 2) from error
        except InvalidInput as error:
            raise _Error(str(error), 2) from error
        except Interrupted as stop:
            messages.echo(str(stop), err=True)
            context.exit(128 + stop.signal_number)
        except KeyboardInterrupt:
            # TensorFlow would log the functions whose tracing was interrupted.
            logging.getLogger("tensorflow").disabled = True
            messages.echo("interrupted", err=True)
            context.exit(128 + signal.SIGINT)
        except TrainingFailed as error:
            raise _Error(str(error), 1) from error
        except OSError as error:
            raise _Error(of_system(error), 1) from error
        except (click.ClickException, Exit, click.Abort):
            raise
        except Exception as error:
            message = f"{type(error).__name__}: {error}".splitlines()[0]
            raise _Error(f"{message} (--debug shows the traceback)", 1) from error


def _terminate(number: int, _) -> None:
    if number == signal.SIGHUP:
        processes.leave_closed_terminal()
    sys.exit(128 + number)


@click.group(
    cls=RootGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "rich_help_config": {
            "color_system": messages.color_system(),
            # Without this, GitHub's actions get colours in their log files.
            "force_terminal": None,
            "options_table_column_types": ["opt_primary", "help"],
            "options_table_help_sections": ["metavar_short", "help", "default", "required"],
        },
    },
)
@click.version_option(kerasgan.__version__, prog_name="kerasgan")
@click.option("--quiet", is_flag=True, help="Print only results, warnings and errors.")
@click.option("--verbose", is_flag=True, help="Also print which files are read and written.")
@click.option("--debug", is_flag=True, help="Print the traceback of an error.")
def cli(quiet: bool, verbose: bool, debug: bool) -> None:
    """Train GANs on images, generate and translate images with them, serve them."""
    if quiet and verbose:
        raise InvalidInput("--quiet and --verbose exclude one another")
    messages.set_up(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
    for number in set(processes.STOP_SIGNALS) - {signal.SIGINT}:
        processes.handle(number, _terminate)


for command in (
    train, describe, resume, runs, watch, sample, translate, evaluate, export, compare, sweep,
    reproduce, report, demo, data, cache, doctor,
):  # fmt: skip
    cli.add_command(command)
