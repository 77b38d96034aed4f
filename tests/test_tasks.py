"""Rows and previews of image-to-image models; untrained ones keep their inputs apart."""

import numpy as np
import pytest

from kerasgan import registry, tasks
from kerasgan.inference.image_to_image import DomainTranslator, Editor
from kerasgan.runs import directory
from tests.conftest import tiny_config


@pytest.fixture
def case(request):
    """A run, its untrained model and its data."""
    model, held_out = request.param
    config = tiny_config(model, data="avatars", num_avatars=20, val_fraction=held_out / 20)
    split = tasks.of(config).load()
    schema = split.training.schema
    run = directory.create(config, schema, split.training.key, config.default_preset(), "kerasgan")
    return run, registry.build_model(config, schema), split


@pytest.mark.parametrize("case", [("cyclegan", 4), ("cyclegan", 0)], indirect=True)
def test_a_row_of_translations_has_held_out_inputs_if_there_are_any(case):
    run, model, split = case
    a = (split.held_out if split.held_out.size else split.training).a
    row = tasks.of(run.config).row(run, model, 6)
    expected = DomainTranslator(model.sampling_generator, ("b", "a")).translate(
        a[np.arange(4)], "b"
    )
    # Sums over another number of images may round a grey level differently.
    assert np.abs(row[:4].astype(int) - expected).max() <= 1
    if split.held_out.size:
        assert np.abs(row[4:].astype(int) - row[:2]).max() <= 1


@pytest.mark.parametrize("case", [("stargan", 4)], indirect=True)
def test_a_row_of_edits_has_one_value_after_the_other(case):
    run, model, split = case
    row = tasks.of(run.config).row(run, model, 3)
    one = np.arange(1, 2)
    labels = split.held_out.labels[one]
    labels[:, 0] = 1
    expected = Editor(model, run.schema).edit(split.held_out.pixels(one), labels)
    assert np.abs(row[1:2].astype(int) - expected).max() <= 1


@pytest.mark.parametrize("case", [("stargan", 4), ("stargan", 0)], indirect=True)
def test_the_sheet_of_edits_has_a_column_for_the_original_and_each_value(case):
    run, model, split = case
    sheet = tasks.of(run.config).preview(run, split, model)()
    columns = 1 + sum(run.schema.sizes.values())
    rows = min(8, (split.held_out if split.held_out.size else split.training).size)
    assert sheet.width == columns * 66
    assert sheet.height // 66 == rows
