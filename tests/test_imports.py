"""Imports point one way, between packages and inside of them."""

import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import kerasgan

ORDER = (
    "utils",
    "labels",
    "metrics",
    "configs",
    "registry",
    "reporting",
    "losses",
    "optimizers",
    "layers",
    "networks",
    "models",
    "callbacks",
    "datasets",
    "runs",
    "inference",
    "evaluation",
    "tasks",
    "training",
    "api",
    "experiments",
    "watch",
    "demo",
    "commands",
    "__main__",
)
PACKAGE = Path(kerasgan.__file__).parent


def modules():
    for path in PACKAGE.rglob("*.py"):
        part = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if part != "__init__":
            yield part, path, ast.parse(path.read_text())


def dotted(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imported(tree):
    """Yield the dotted names that a module imports, lazily or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_package_has_its_place():
    assert {part for part, *_ in modules()} == set(ORDER)


def test_packages_import_only_what_stands_above_them():
    wrong = []
    for part, path, tree in modules():
        for name in imported(tree):
            words = name.split(".")
            below = words[0] == "kerasgan" and len(words) > 1 and words[1] in ORDER
            if below and ORDER.index(words[1]) > ORDER.index(part):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert wrong == []


def test_no_modules_import_each_other():
    files = {dotted(path): tree for _, path, tree in modules()}
    graph = {
        module: {
            found
            for name in imported(tree)
            if (found := name if name in files else name.rpartition(".")[0]) in files
        }
        - {module}
        for module, tree in files.items()
    }
    TopologicalSorter(graph).prepare()


def test_help_does_not_wait_for_tensorflow():
    code = (
        "import sys; from kerasgan.commands import cli; cli(['--help'], standalone_mode=False);"
        "print({'tensorflow', 'keras', 'matplotlib', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_another_keras_backend_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", "import kerasgan"],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert "KERAS_BACKEND is 'jax'; kerasgan runs on 'tensorflow' alone" in done.stderr
