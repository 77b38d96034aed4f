"""Put faults into a copy of the code and count those that the tests find.

python -m tests.mutations --planted
python -m tests.mutations --seed 0 -n 200
"""

import functools
import importlib
import tempfile
from pathlib import Path

import click
import pytest

from tests.mutations import generated, sandbox
from tests.mutations.core import CORE
from tests.mutations.planted import Fault, planted


def read(file: str) -> str:
    return (sandbox.REPOSITORY / file).read_text()


@functools.cache
def check_tests(folder: Path, tests: tuple[str, ...]) -> None:
    """Run tests on the unchanged code, where they must pass."""
    code, seconds, output = sandbox.run(folder, list(tests))
    if code != pytest.ExitCode.OK:
        raise click.ClickException(f"{tests} must pass without faults:\n{output}")
    click.echo(f"no fault   {seconds:4.1f} s  {' '.join(tests)}")


def try_fault(folder: Path, fault: Fault) -> bool:
    """Whether the tests find the fault."""
    check_tests(folder, tuple(fault.tests))
    with sandbox.written(folder / fault.file, fault.source):
        code, seconds, _ = sandbox.run(folder, fault.tests)
    found = code != pytest.ExitCode.OK
    how = "survived" if not found else "timeout" if code is None else f"found ({code})"
    click.echo(f"{how:10} {seconds:4.1f} s  {fault.file}  {fault.change!r}")
    return found


@click.command()
@click.option("--planted", "is_planted", is_flag=True, help="The faults written by hand.")
@click.option("-n", "count", default=200, help="Number of generated faults.")
@click.option("--seed", default=0, help="Chooses the generated faults.")
@click.option("--only", multiple=True, help="Part of the name of a file to be changed.")
def main(is_planted: bool, count: int, seed: int, only: tuple[str, ...]) -> None:
    """Exit with code 1 if a planted fault, or a tenth of the generated ones, is not found."""
    # Forks load kerasgan again, and find TensorFlow and all else that it imports.
    importlib.import_module("kerasgan.training.trainer")
    if is_planted:
        faults = planted(read)
    else:
        every = [
            f for file, tests in CORE.items() for f in generated.mutants(file, read(file), tests)
        ]
        faults = generated.draw(every, count, seed)
    faults = [f for f in faults if not only or any(part in f.file for part in only)]
    with tempfile.TemporaryDirectory() as folder:
        sandbox.copy_repository(Path(folder))
        found = sum([try_fault(Path(folder), fault) for fault in faults])
    click.echo(f"{found} of {len(faults)} faults found")
    raise SystemExit(found < (1.0 if is_planted else 0.9) * len(faults))
