"""The faults of `python -m tests.mutations` still fit the code."""

import ast
from collections import Counter
from pathlib import Path

from kerasgan import registry
from tests.mutations import generated, sandbox
from tests.mutations.planted import planted


def read(file):
    return (sandbox.REPOSITORY / file).read_text()


def test_every_planted_fault_changes_one_place_and_leaves_python():
    faults = planted(read)
    for fault in faults:
        assert ast.dump(ast.parse(fault.source)) != ast.dump(ast.parse(read(fault.file)))
        paths = [Path(argument) for argument in fault.tests if argument.endswith(".py")]
        assert paths
        assert all((sandbox.REPOSITORY / path).is_file() for path in paths)
    counts = Counter(fault.file for fault in faults)
    assert min(counts.values()) >= 10
    papers = {f"kerasgan/models/{name.replace('-', '_')}.py" for name in registry.names()}
    assert papers <= counts.keys()


SOURCE = """
def f(x: int) -> int:
    if x < 3 and not done:
        start(x)
    x += 2
    raise ValueError(f"{x + 1}")
"""


def test_generated_faults_change_one_node_each():
    changes = [fault.change for fault in generated.mutants("f.py", SOURCE, [])]
    assert changes == [
        "line 3: if x < 3 and (not done):  ->  if not (x < 3 and (not done)):",
        "line 3: x < 3 and (not done)  ->  x < 3 or not done",
        "line 3: x < 3  ->  x <= 3",
        "line 3: 3  ->  4",
        "line 3: not done  ->  done",
        "line 4: start(x)  ->  pass",
        "line 5: x += 2  ->  pass",
        "line 5: 2  ->  3",
    ]
    sources = {fault.source for fault in generated.mutants("f.py", SOURCE, [])}
    assert len(sources) == len(changes)
