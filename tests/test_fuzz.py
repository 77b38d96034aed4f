"""Two thousand hostile inputs: command lines, config.json, run folders and label files."""

import copy
import dataclasses
import json
import shutil

import numpy as np
import pytest
import rich_click as click
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasgan import registry
from kerasgan.commands import cli
from kerasgan.commands.train import parameters, parsed
from kerasgan.runs import directory, status
from kerasgan.utils.errors import InvalidInput
from tests import stubs
from tests.conftest import tiny_config
from tests.test_label_files import parse

MODELS = ("acgan", "r3gan", "cyclegan", "stargan")
NUMBERS = ["0", "-1", "1", "3.5", "1e308", "1e309", "nan", "-inf", "0x10", "٣", "1_000", "9" * 30]
WORDS = [
    "",
    " ",
    "none",
    "on",
    "red",
    "no such",
    "a=1",
    "=",
    "--",
    "-",
    "\x1b[31m",
    "é\udce9",
    "$_{",
]
TEXT = st.text(st.characters(blacklist_characters="\0"), max_size=12)
VALUE = st.sampled_from(NUMBERS) | st.sampled_from(WORDS) | TEXT
OPTIONS = {
    name: sorted(
        option for parameter in parameters(registry.config_class(name)) for option in parameter.opts
    )
    for name in MODELS
}


@st.composite
def command_lines(draw):
    """A model and words of its command: options, among them misspelt ones, and any values."""
    model = draw(st.sampled_from(MODELS))
    option = st.sampled_from(OPTIONS[model]) | TEXT.map(lambda text: f"--{text}")
    parts = draw(st.lists(st.tuples(option, VALUE) | st.tuples(option | VALUE), max_size=5))
    return model, [word for part in parts for word in part]


@settings(max_examples=600)
@given(command_lines())
def test_a_command_line_is_a_config_or_is_refused(line):
    model, words = line
    with click.Context(cli):
        try:
            config = parsed(model, words)
        except (InvalidInput, click.ClickException, click.exceptions.Exit):
            return
    # What is accepted is written to config.json, and read from there.
    fields = json.loads(json.dumps(dataclasses.asdict(config)))
    assert type(config).from_json(fields) == config


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """The config.json of a run of each model, {model: (folder, record)}."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_HOME", str(tmp_path_factory.mktemp("home")))
        runs = {}
        for model in MODELS:
            config = tiny_config(model)
            run = directory.create(config, stubs.FEW_PAIRS, "0123", config.default_preset(), "fuzz")
            runs[model] = run.path, json.loads((run.path / directory.CONFIG_FILE).read_text())
    return runs


def places(value, path=()):
    """Paths of all values within a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def changed(record, path, value, remove):
    if not path:
        return value
    record = copy.deepcopy(record)
    *parents, last = path
    parent = record
    for key in parents:
        parent = parent[key]
    if remove:
        del parent[last]
    else:
        parent[last] = value
    return record


@settings(max_examples=600)
@given(st.data())
def test_a_config_json_is_a_run_or_is_refused_by_its_file(records, data):
    folder, record = records[data.draw(st.sampled_from(MODELS))]
    path = data.draw(st.sampled_from(list(places(record))))
    record = changed(record, path, data.draw(JSON), data.draw(st.booleans()))
    file = folder / directory.CONFIG_FILE
    file.write_bytes(json.dumps(record).encode("utf-8", "surrogatepass"))
    error = None
    try:
        run = directory.read(folder)
    except InvalidInput as refused:
        error = str(refused)
    if error is None:
        # What is accepted can be written again.
        assert json.loads(json.dumps(directory.definition(run)))["model"] == record["model"]
    else:
        assert str(file) in error


CHECKPOINT = "checkpoints/step-000002.npz"
FILES = ("config.json", "metrics.csv", "health.jsonl", "evaluation.json", CHECKPOINT)
KNOWN_LINES = ["step,seconds,d_loss", "1,1,2.5", "2,nan,inf", '{"step": 1}', "[]", "{"]
LINES = st.lists(TEXT | st.sampled_from(KNOWN_LINES)).map(
    lambda lines: "\n".join(lines).encode("utf-8", "surrogatepass")
)


@st.composite
def edits(draw):
    """A change of one file: other content, a part, other bytes, a folder in its place, or none."""
    part = draw(st.floats(0, 1))
    content = draw(LINES | st.binary(max_size=60))

    def edit(file):
        old = file.read_bytes() if file.is_file() else b""
        middle = int(part * len(old))
        file.write_bytes(old[:middle] + content + old[middle + len(content) :])

    def cut(file):
        file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])

    def replace(file):
        file.write_bytes(content)

    def remove(file):
        file.unlink()

    def folder(file):
        file.unlink()
        file.mkdir()

    def link(file):
        file.unlink()
        file.symlink_to("absent" if part < 0.5 else file.name)

    return draw(st.sampled_from(FILES)), draw(
        st.sampled_from([edit, edit, cut, replace, remove, folder, link])
    )


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """A home with a whole run, and the folder of another."""
    home = tmp_path_factory.mktemp("home")
    runs = home / "runs"
    run = directory.create(
        tiny_config("acgan", steps=2),
        stubs.FEW_PAIRS,
        "0123",
        "report",
        "fuzz",
        runs / "0001-whole",
    )
    run.metrics_file.write_text("step,seconds,d_loss,g_loss\n2,1.5,0.5,0.7\n")
    run.health_file.write_text("")
    (run.path / directory.EVALUATION_FILE).write_text('{"numbers": {}}')
    run.checkpoints.mkdir()
    np.savez(run.path / CHECKPOINT, a=np.zeros(9))
    return home, runs / "0002-changed"


@settings(max_examples=300)
@given(st.lists(edits(), min_size=1, max_size=3))
def test_a_damaged_run_is_listed_beside_a_whole_one(two_runs, changes):
    home, folder = two_runs
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(home / "runs" / "0001-whole", folder)
    for name, change in changes:
        file = folder / name
        if file.is_file() and not file.is_symlink():
            change(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_HOME", str(home))
        found = {one.path.name: one for one in status.of_home()}
    assert found["0001-whole"].state == "finished"
    if is_run := (folder / "config.json").exists() or (folder / "config.json").is_symlink():
        row = status.row(found[folder.name])
        assert len(row) == len(status.HEAD)
    assert (folder.name in found) == is_run


LABEL_FILES = (
    "0,blue hair:3\tred eyes\n1,red hair:1\tlong hair\tgreen eyes\n",
    "0,blue hair red eyes\n1,red hair green eyes\n",
    "file,tags,hair,eyes\na.png,smile;hat,blue,red\nb.png,,red,green\n",
    '{"id": 1, "tags": ["blue hair"]}\n{"id": 2, "tag_string": "red_hair solo"}\n',
    "2\nMale Young\na.jpg 1 -1\nb.jpg -1 1\n",
)


@st.composite
def label_files(draw):
    """A label file of which some parts are missing, repeated or other text."""
    content = draw(st.sampled_from(LABEL_FILES))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(start + 8, len(content))))
        content = content[:start] + draw(VALUE | st.just(content)) + content[end:]
    return content[:2000].encode("utf-8", "surrogatepass")


@settings(max_examples=500)
@given(label_files())
def test_a_label_file_has_rows_and_problems_or_is_none(content):
    names, found = parse(content)
    assert len(names) <= len(LABEL_FILES)
    for row in found.rows if found else []:
        assert row.name
        assert row.tags == tuple(dict.fromkeys(row.tags))
    for problem in found.problems if found else []:
        assert problem.strip()
