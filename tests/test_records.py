"""A metrics.csv that grows, and the other records of a run."""

import pytest

from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, records
from kerasgan.runs.records import MetricsFile
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config

HEAD = "step,seconds,d_loss,score_auc\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text(HEAD + "4,1.0,0.7,nan\n8,2.0,inf,0.5\n")
    return path


def columns(metrics):
    return {name: (list(steps), list(values)) for name, (steps, values) in metrics.read().items()}


def test_a_curve_has_the_finite_values_of_a_column_and_their_steps(file):
    assert columns(MetricsFile(file)) == {
        "step": ([4, 8], [4, 8]),
        "seconds": ([4, 8], [1, 2]),
        "d_loss": ([4], [0.7]),
        "score_auc": ([8], [0.5]),
    }


def test_only_whole_new_rows_are_added(file, monkeypatch):
    metrics = MetricsFile(file)
    metrics.read()
    parsed = []
    append = metrics._append
    monkeypatch.setattr(metrics, "_append", lambda lines: (parsed.append(lines), append(lines)))
    with file.open("a") as opened:
        opened.write("12,3.0,0.5")
    assert columns(metrics)["d_loss"] == ([4], [0.7])
    with file.open("a") as opened:
        opened.write(",nan\n16,4.0,0.25,")
    assert columns(metrics)["d_loss"] == ([4, 12], [0.7, 0.5])
    assert parsed == [b"", b"12,3.0,0.5,nan\n"]


@pytest.mark.parametrize(
    "rows", ["", "4,1.0,0.7,nan\n", "4,9.0,0.3,nan\n8,9.5,0.2,0.1\n12,9,1,1\n"]
)
def test_a_file_that_was_replaced_is_read_anew(file, rows):
    """As `kerasgan resume` does, which drops the rows after the checkpoint."""
    metrics = MetricsFile(file)
    metrics.read()
    file.write_text(HEAD + rows)
    assert columns(metrics) == columns(MetricsFile(file))
    file.unlink()
    assert columns(metrics) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"step\nabc\n",
        b"step,a\n1\n",
        b"\xff\n",
        b"step\n1,2\n",
        b"d_loss\n1\n",
        b"step,a,a\n1,2,3\n",
    ],
)
def test_a_damaged_file_is_named_until_it_is_whole_again(file, content):
    metrics = MetricsFile(file)
    whole = file.read_bytes()
    expected = columns(metrics)
    file.write_bytes(content)
    for _ in range(2):
        with pytest.raises(InvalidInput, match=f"{file} cannot be read"):
            metrics.read()
    file.write_bytes(whole)
    assert columns(metrics) == expected


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="must be a file"):
        MetricsFile(tmp_path).read()


@pytest.fixture
def run():
    return directory.create(tiny_config("gan"), LabelSchema(), "0123", "report", "kerasgan")


@pytest.mark.parametrize("line", ["{", "[1]", '{"step": []}', '{"step": 1}', "[" * 10**5])
def test_a_damaged_event_is_named_unless_it_is_being_written(run, line):
    run.health_file.write_text(line)
    assert records.events(run) == []
    run.health_file.write_text(line + "\n")
    with pytest.raises(InvalidInput, match=f"{run.health_file} cannot be read"):
        records.events(run)
