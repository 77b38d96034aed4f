"""The table of deviations names code and tests that exist, and has every model and preset."""

import pkgutil
import re
from pathlib import Path

import pytest

from kerasgan import registry

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "explanation" / "fidelity.md").read_text()
TESTS = {
    name
    for path in Path(__file__).parent.glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
}


def rows():
    """The cells of each row of the tables whose last column is "where"."""
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        header, _, *lines = (line.strip("|").split(" | ") for line in table.splitlines())
        if header[-1].strip() == "where":
            yield from ((len(header), cells) for cells in lines)


def exists(name):
    """Whether there is a test, or something below kerasgan, of this name."""
    if name.startswith("test_"):
        return name in TESTS
    try:
        pkgutil.resolve_name(f"kerasgan.{name}")
    except (AttributeError, ImportError):
        return False
    return True


def test_every_row_names_code_or_tests_that_exist():
    wrong = {}
    for columns, cells in rows():
        names = re.findall(r"`([\w.]+)`", cells[-1])
        if len(cells) != columns or not names or not all(map(exists, names)):
            wrong[cells[0]] = names
    assert wrong == {}


@pytest.mark.parametrize("model", registry.names())
def test_every_model_has_its_table(model):
    section = PAGE.partition(f"\n## {model}\n")[2].partition("\n## ")[0]
    assert "| where |" in section
    for preset in {"paper", "report"} & registry.config_class(model).PRESETS.keys():
        assert preset in section
