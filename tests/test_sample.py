"""`kerasgan sample` with random colours: their choice, file names and memory."""

import numpy as np
import pytest
from PIL import Image

from kerasgan.inference import generated_folders, loading
from kerasgan.labels import LabelSchema
from kerasgan.models import sampling
from tests.stubs import ALL_PAIRS, COLOURS, FEW, FEW_PAIRS, PAIRS, made, seen


def colours_by_seed(folder):
    """{seed: (hair, eyes)} from the file names in a folder."""
    words = (path.stem.split("-") for path in folder.iterdir())
    return {int(seed.removeprefix("seed")): (hair, eyes) for hair, eyes, seed in words}


def test_files_of_random_colours_are_named_by_their_colours(kerasgan, painted, tmp_path):
    words = ("sample", "--run", painted.path, "--separate")
    done = kerasgan(*words, "-n", 70, "--seed", 5, "--out", "many")
    assert done.exit_code == 0, done.output
    found = colours_by_seed(tmp_path / "many")
    assert sorted(found) == list(range(5, 75))
    assert set(found.values()) == set(PAIRS)
    for seed, (hair, eyes) in found.items():
        with Image.open(tmp_path / "many" / f"{hair}-{eyes}-seed{seed}.png") as face:
            pixels = np.asarray(face)
        assert (seen(pixels[:16]), seen(pixels[16:])) == (hair, eyes)

    # A face and its colours depend on its own seed.
    assert kerasgan(*words, "-n", 3, "--seed", 70, "--out", "few").exit_code == 0
    assert colours_by_seed(tmp_path / "few") == {seed: found[seed] for seed in (70, 71, 72)}


def test_a_count_alone_is_a_grid_of_random_colours(kerasgan, painted, tmp_path):
    words = ("sample", "--run", painted.path, "-n", 36)
    done = kerasgan(*words)
    assert done.output == f"run: {painted.path}\nwrote images-seed0.png\n"
    with Image.open("images-seed0.png") as grid:
        assert grid.size == (6 * 66, 6 * 66)
        pixels = np.asarray(grid)
    cells = [pixels[row : row + 64, column : column + 64] for row in range(0, 396, 66)
             for column in range(0, 396, 66)]  # fmt: skip
    labels = sampling.random_labels(ALL_PAIRS, {}, range(36))
    expected = [tuple(ALL_PAIRS.captions(row)) for row in labels]
    assert [(seen(cell[:32]), seen(cell[32:])) for cell in cells] == expected

    assert kerasgan(*words, "--eyes", "red", "--separate", "--out", "red").exit_code == 0
    found = set(colours_by_seed(tmp_path / "red").values())
    assert found == {(hair, "red") for hair in COLOURS}


@pytest.mark.parametrize("model", ["cgan", "cwgan"])
def test_random_pairs_are_those_of_the_data(kerasgan, tmp_path, model):
    run = made(model, FEW_PAIRS)
    done = kerasgan("sample", "--run", run.path, "-n", 20, "--separate", "--out", "new")
    assert done.exit_code == 0, done.output
    assert set(colours_by_seed(tmp_path / "new").values()) == set(FEW)


def test_colours_in_an_untrusted_run_cannot_lead_to_another_folder(kerasgan, tmp_path):
    hair = "../../up"
    run = made("cgan", LabelSchema.of({"hair": (hair,), "eyes": ("red",)}))
    done = kerasgan("sample", "--run", run.path, "-n", 1, "--separate", "--out", "new/faces")
    assert done.exit_code == 0, done.output
    (file,) = (path for path in tmp_path.rglob("*seed0.png"))
    assert file == tmp_path / "new" / "faces" / ".._.._up-red-seed0.png"


def test_batches_are_generated_on_demand(painted, monkeypatch):
    generator = loading.load(painted).sampling_generator
    sampler = sampling.Sampler(generator, painted.schema, painted.config.sigma)
    sizes = []
    call = sampler._call_batched
    monkeypatch.setattr(
        sampler, "_call_batched", lambda inputs: sizes.append(len(inputs["noise"])) or call(inputs)
    )
    faces = (pixels for *_, pixels in generated_folders.single_images(sampler, 7, (), 130))
    first = next(faces)
    assert sizes == [64]
    labels = sampling.random_labels(ALL_PAIRS, {}, range(7, 137))
    np.testing.assert_array_equal([first, *faces], sampler.generate(labels, 7))
    assert sizes == [64, 64, 2, 130]
