import json

import pytest

from kerasgan.configs.acgan import ACGANConfig
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.configs.generation import GenerationConfig
from kerasgan.configs.translation import TranslationConfig
from kerasgan.datasets.colours import COLOURS
from kerasgan.labels import BINARY, LabelSchema
from kerasgan.runs import directory, home, locks, lookup
from kerasgan.utils.errors import InvalidInput

HAIR_AND_EYES = LabelSchema.of(COLOURS)


def create(**options):
    config = ACGANConfig.from_preset("quick", **options)
    return directory.create(config, HAIR_AND_EYES, "0123", "quick", "kerasgan train acgan")


def test_runs_are_numbered_and_named_by_what_was_chosen():
    first, second = create(sigma=0.3), create(loss_weights=(1.0, 0.1, 0.2), deterministic=True)
    assert first.path.name == "0001-acgan-quick-sigma0.3"
    assert second.path.name == "0002-acgan-quick-deterministic-loss-weights1.0_0.1_0.2"


def test_options_derived_from_the_steps_are_not_part_of_a_name():
    config = CycleGANConfig.from_preset("quick", steps=7)
    made = directory.create(config, LabelSchema(), "0123", "quick", "kerasgan train cyclegan")
    assert made.path.name == "0001-cyclegan-quick-steps7"
    assert made.config.schedule_steps == 7
    assert directory.update(made, steps=9).config.schedule_steps == 7


@pytest.mark.parametrize(
    "schema",
    [LabelSchema(), HAIR_AND_EYES, LabelSchema.of({"Male": BINARY, "size": ("1", "2")}, [])],
)
def test_a_run_keeps_its_labels(schema):
    made = directory.create(ACGANConfig(), schema, "0123", "quick", "kerasgan train acgan")
    assert directory.read(made.path) == made


def test_the_newest_run_that_fits_is_found():
    create()
    directory.create(CycleGANConfig(), LabelSchema(), "0123", "paper", "kerasgan train cyclegan")
    assert lookup.run(kind=GenerationConfig).path.name.startswith("0001-")
    assert lookup.run(kind=TranslationConfig).path.name.startswith("0002-")
    with pytest.raises(
        InvalidInput, match="0002-cyclegan is a run of cyclegan; allowed: gan, cgan"
    ):
        lookup.run("2", GenerationConfig)


def test_the_resolved_precision_is_not_part_of_a_name():
    assert create(precision="bfloat16").path.name == "0001-acgan-quick"
    assert create().path.name == "0002-acgan-quick"


def test_two_processes_never_get_the_same_number(monkeypatch):
    create()
    # The other process listed the runs before the first one was created.
    monkeypatch.setattr(home, "numbered", dict)
    assert create(sigma=2.0).path.name.startswith("0002-")


def test_a_run_is_found_by_path_number_and_name(tmp_path):
    made = create(sigma=0.3)
    create()
    for name in (str(made.path), "1", "0001", made.path.name):
        assert lookup.run(name) == made


def test_a_run_is_suggested_by_what_its_name_begins_with():
    create(sigma=0.3)
    with pytest.raises(
        InvalidInput, match=r"no run '0001-acgn' \(did you mean 0001-acgan-quick-sigma"
    ):
        lookup.run("0001-acgn")


def test_the_newest_run_is_found_without_a_name():
    create()
    newest = create()
    assert lookup.run() == newest


def test_without_runs_there_is_none_to_find():
    with pytest.raises(InvalidInput, match=r"no run in .*runs; train one"):
        lookup.run(shipped=False)
    with pytest.raises(InvalidInput, match=r"no run '3'; allowed: .*none"):
        lookup.run("3")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": None}, "model in .* must be one of gan, cgan, acgan.*; got None"),
        ({"model": "biggan"}, "model in .* must be one of gan, cgan, acgan.*; got 'biggan'"),
        ({"config": {}}, "missing or unknown fields"),
        ({"schema": None}, "cannot be used"),
    ],
)
def test_a_directory_of_something_else_is_refused(change, message):
    file = create().config_file
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    with pytest.raises(InvalidInput, match=message):
        lookup.run(str(file.parent))


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_damaged_config_is_refused(content):
    file = create().config_file
    file.write_text(content)
    with pytest.raises(InvalidInput, match="cannot be read"):
        lookup.run(str(file.parent))


def test_an_empty_directory_is_no_run(tmp_path):
    with pytest.raises(InvalidInput, match="not a run directory"):
        directory.read(tmp_path)


def test_a_run_is_trained_by_one_process_at_a_time():
    run = create()
    with (
        locks.lock(run.path),
        pytest.raises(InvalidInput, match="another process"),
        locks.lock(run.path),
    ):
        pass
    with locks.lock(run.path):
        pass
