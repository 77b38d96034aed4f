"""Runs whose networks have hand-made weights, and files that cannot be used."""

import numpy as np
from PIL import Image

from kerasgan import registry
from kerasgan.labels import LabelSchema
from kerasgan.runs import checkpoints, directory
from tests.conftest import tiny_config

RGB = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
COLOURS = tuple(RGB)
PAIRS = tuple((hair, eyes) for hair in COLOURS for eyes in COLOURS)
FEW = (("red", "blue"), ("blue", "red"))
ALL_PAIRS = LabelSchema.of({"hair": COLOURS, "eyes": COLOURS})
FEW_PAIRS = LabelSchema.of({"hair": COLOURS, "eyes": COLOURS}, FEW)


def made(model, schema, prepare=lambda network: None, **changes):
    """The next run, whose only checkpoint holds networks that `prepare` has changed."""
    config = tiny_config(model, **changes)
    run = directory.create(config, schema, "0123", config.default_preset(), "kerasgan")
    network = registry.build_model(run.config, schema)
    prepare(network)
    checkpoints.save(run, network, 1)
    return run


def _paint(model):
    """Make an ACGAN of 32 pixels paint the hair colour above the eye colour.

    The noise is added to the eye colour. The generator that is not averaged paints white.
    """
    generator, latent_dim = model.averaged_generator, model.config.latent_dim
    kernel, *others = generator.get_layer("project").get_weights()
    rows = np.zeros((len(kernel), 2, 2, kernel.shape[1] // 4))
    rows[latent_dim : latent_dim + 3, 0, :, :3] = np.array(list(RGB.values()))[:, None]
    rows[latent_dim + 3 :, 1, :, :3] = np.array(list(RGB.values()))[:, None]
    rows[:latent_dim, 1, :, :3] = 0.5
    generator.get_layer("project").set_weights([rows.reshape(kernel.shape), *others])
    for name in (*(f"upsample_{block}" for block in (1, 2, 3, 4)), "image"):
        kernel, bias = generator.get_layer(name).get_weights()
        kernel[:] = 0
        kernel[1, 1, range(3), range(3)] = 6 if name == "image" else 1
        bias[:] = -3 if name == "image" else 0
        generator.get_layer(name).set_weights([kernel, bias])
    image = model.generator.get_layer("image")
    image.set_weights([np.zeros_like(image.get_weights()[0]), np.full(3, 9.0)])


def painted():
    """A run of ACGAN with the weights of `_paint`."""
    return made("acgan", ALL_PAIRS, _paint, image_size=32, ema=0.5, sigma=0.1)


def _recolour(model):
    """Make a translator turn every image to red in b and to blue in a."""
    colours = {"b": ("a_to_b", "red"), "a": ("b_to_a", "blue")}
    for name, colour in map(colours.get, model.config.TARGETS):
        change = model.sampling_generator.get_layer(name).get_layer("change")
        kernel, _ = change.get_weights()
        change.set_weights([kernel, 9.0 * np.array(RGB[colour]) - 4.5])


def seen(image):
    """The main colour of an image, one of COLOURS."""
    return COLOURS[int(np.asarray(image)[..., :3].mean(axis=(0, 1)).argmax())]


def recoloured(model="cyclegan"):
    """A run of CycleGAN or CUT with the weights of `_recolour`."""
    return made(model, LabelSchema(), _recolour, residual_output=True)


def write_bad_files(folder):
    """Write whole.png and the BAD_FILES."""
    (folder / "notes.txt").write_text("no image")
    Image.effect_noise((60, 60), 50).save(folder / "whole.png")
    (folder / "cut.png").write_bytes((folder / "whole.png").read_bytes()[:1500])
    Image.new("1", (30_000, 3_000)).save(folder / "huge.png")
    Image.new("RGB", (4, 4)).save(folder / "small.png")


# The message about each.
BAD_FILES = {
    "notes.txt": "notes.txt is not an image",
    "cut.png": "cut.png cannot be read: image file is truncated",
    "huge.png": "huge.png has 30000 x 3000 pixels, more than the limit",
    "small.png": "small.png must have at least 8 x 8 pixels, got 4 x 4",
}
