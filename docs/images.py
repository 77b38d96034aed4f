"""Write the images in the documents.

`python -m docs.images --runs DIR` trains every model by its quick preset on drawn faces, into
DIR/MODEL. This takes about three hours on two CPU cores; runs that exist already are not trained
again. It opens the page of `kerasgan watch` in Chromium, which the extra browser drives.
`--sweep sweeps/sigma` copies the image of `kerasgan reproduce sigma`, run with the options
that docs/notes/reproductions.md gives.
"""

import io
import subprocess
import sys
import threading
from pathlib import Path

import click

from kerasgan import registry
from kerasgan.configs.stargan import StarGANConfig
from kerasgan.configs.unpaired import UnpairedConfig
from kerasgan.runs import directory, lookup

IMAGES = Path(__file__).parent / "images"
_HAIR = ("blue", "pink", "green", "blonde", "black")
_EYES = ("red", "blue", "green", "yellow", "brown")
_ROWS, _COLUMNS = 5, 11
# The labels of the animation, one after the other.
_STOPS = (
    ("blue", "red"),
    ("pink", "green"),
    ("green", "yellow"),
    ("blonde", "blue"),
    ("black", "red"),
)
_FACES, _FACES_PER_ROW = 12, 6
_FRAMES, _MILLISECONDS, _PAUSE = 7, 120, 900


@click.command()
@click.option("--runs", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--sweep", type=click.Path(path_type=Path), help="Folder of `reproduce sigma`.")
@click.argument("models", nargs=-1, type=click.Choice(list(registry.names())), metavar="[MODEL]...")
def main(folder: Path, sweep: Path | None, models: tuple[str, ...]) -> None:
    """Write docs/images/MODEL.png of each MODEL (default: all), and that of the bundled faces."""
    from PIL import Image

    from kerasgan.inference import loading

    for model in models or registry.names():
        path = folder / model
        if not path.exists():
            words = ["train", model, "--preset", "quick", "--out", str(path)]
            subprocess.run([sys.executable, "-m", "kerasgan", *words], check=True)
        run = directory.read(path)
        save(sheet(run, loading.load(run)), f"{model}.png")
        if model == "acgan":
            save(Image.open(path / "losses.png"), "acgan-losses.png")
            save_screenshot(watch_page(path), "watch.webp")
    bundled = lookup.run(directory.PRETRAINED)
    faces = loading.load(bundled)
    save(sheet(bundled, faces), "pretrained.png")
    save_animation(walk(bundled, faces), "walk.webp")
    if sweep:
        save(Image.open(sweep / "samples.png"), "reproduce-sigma.png")


def sheet(run, model):
    """A grid with five rows of generated, translated or edited images."""
    import numpy as np

    from kerasgan import tasks
    from kerasgan.inference.image_to_image import Editor
    from kerasgan.inference.previews import domain_sheet
    from kerasgan.models.sampling import Sampler, random_labels
    from kerasgan.utils import images

    config = run.config
    if isinstance(config, StarGANConfig):
        _, held_out = tasks.of(config).load()
        return _edits(Editor(model, run.schema), held_out)
    if isinstance(config, UnpairedConfig):
        _, held_out = tasks.of(config).load()
        translator = tasks.of(config).translator(run, model)
        return domain_sheet(translator, held_out, _ROWS, has_identity=False)
    sampler = Sampler(model.sampling_generator, run.schema, config.sigma)
    if not config.IS_CONDITIONAL:
        labels = random_labels(sampler.schema, {}, range(_ROWS * _COLUMNS))
        return images.grid(sampler.generate(labels, seed=0), _COLUMNS)
    eyes = run.schema.label("eyes").values
    cells = [run.schema.indices({"hair": row, "eyes": column}) for row in _HAIR for column in eyes]
    return images.grid(sampler.generate(np.array(cells), seed=0), len(eyes), _HAIR, eyes)


def _edits(editor, data):
    """Images, and each of them with several colours of hair and of eyes."""
    import numpy as np

    from kerasgan.inference.previews import columns_sheet

    indices = np.arange(_ROWS)
    original = data.pixels(indices)
    columns, names = [original], ["original"]
    for name, colours in (("hair", _HAIR), ("eyes", _EYES)):
        for colour in colours:
            labels = data.labels[indices]
            labels[:, editor.schema.names.index(name)] = editor.schema.label(name).index_of(colour)
            columns.append(editor.edit(original, labels))
            names.append(f"{colour} {name}")
    return columns_sheet(columns, names)


def walk(run, model):
    """Frames of the same faces while their labels change from one stop to the next, and round.

    The generator's one-hot inputs are interpolated linearly; the noise stays.
    """
    import numpy as np

    from kerasgan.models.sampling import Sampler
    from kerasgan.utils import images

    sampler = Sampler(model.sampling_generator, run.schema, run.config.sigma)
    stops = [run.schema.indices({"hair": hair, "eyes": eyes}) for hair, eyes in _STOPS]
    inputs = [sampler.inputs(np.tile(stop, (_FACES, 1)), seed=0) for stop in stops]
    for index, start in enumerate(inputs):
        end = inputs[(index + 1) % len(inputs)]
        for position in np.arange(_FRAMES) / _FRAMES:
            between = {name: start[name] * (1 - position) + end[name] * position for name in start}
            cells = images.to_uint8(model.sampling_generator(between, training=False))
            yield images.grid(np.asarray(cells), _FACES_PER_ROW)


def watch_page(path: Path):
    """The page of `kerasgan watch` with a run."""
    from PIL import Image

    from docs import screenshots
    from kerasgan.utils import local_pages
    from kerasgan.watch.server import PageServer
    from kerasgan.watch.watched_runs import WatchedRuns

    listener = local_pages.listening(0)
    access = local_pages.Access("docs.images", None)
    server = PageServer(listener, WatchedRuns([str(path)]), access)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with screenshots.browser() as browser:
        page = browser.new_page(viewport={"width": 1040, "height": 760})
        page.goto(local_pages.address(listener, None))
        page.locator("#curves path").first.wait_for()
        page.locator("#sheets img").evaluate("image => image.decode()")
        png = page.screenshot()
    server.shutdown()
    return Image.open(io.BytesIO(png))


def save_animation(frames, name: str) -> None:
    """Write frames to docs/images as an endless animation that pauses at each stop."""
    from kerasgan.utils import files

    first, *others = frames
    durations = [_MILLISECONDS if i % _FRAMES else _PAUSE for i in range(len(others) + 1)]
    with files.replacing(IMAGES / name) as temporary:
        first.save(
            temporary,
            save_all=True,
            append_images=others,
            duration=durations,
            loop=0,
            quality=50,
            method=4,
        )


def save_screenshot(image, name: str) -> None:
    """Write an image to docs/images that has more colours than a palette."""
    from kerasgan.utils import files

    with files.replacing(IMAGES / name) as temporary:
        image.convert("RGB").save(temporary, quality=55, method=6)


def save(image, name: str) -> None:
    """Write an image to docs/images in 256 colours."""
    from kerasgan.utils import images

    images.save(image.convert("RGB").quantize(256, dither=0), IMAGES / name)


if __name__ == "__main__":
    main()
