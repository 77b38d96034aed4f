"""Write the images of the documents.

`python -m docs.pictures --runs DIR` trains every model by its quick preset, on faces that kerasgan
draws, into DIR/MODEL, which takes about three hours on two CPU cores; models that are there
are not trained again. `--sweep sweeps/sigma` takes the image that
`kerasgan reproduce sigma` left there, with the options that docs/reproductions.md names.
"""

import subprocess
import sys
from pathlib import Path

import click

from kerasgan import registry
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.configs.stargan import StarGANConfig
from kerasgan.runs import directory, lookup

IMAGES = Path(__file__).parent / "images"
_HAIR = ("blue", "pink", "green", "blonde", "black")
_EYES = ("red", "blue", "green", "yellow", "brown")
_ROWS, _COLUMNS = 5, 11


@click.command()
@click.option("--runs", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--sweep", type=click.Path(path_type=Path), help="The folder of `reproduce sigma`.")
@click.argument("models", nargs=-1, type=click.Choice(list(registry.names())), metavar="[MODEL]...")
def main(folder: Path, sweep: Path | None, models: tuple[str, ...]) -> None:
    """Write docs/images/MODEL.png of each MODEL, all unless named, out of the runs in a folder.

    And that of the shipped run.
    """
    from PIL import Image

    from kerasgan.inference import sampling

    for model in models or registry.names():
        path = folder / model
        if not path.exists():
            words = ["train", model, "--preset", "quick", "--out", str(path)]
            subprocess.run([sys.executable, "-m", "kerasgan", *words], check=True)
        run = directory.read(path)
        save(sheet(run, sampling.load(run)), f"{model}.png")
        if model == "acgan":
            save(Image.open(path / "losses.png"), "acgan-losses.png")
    shipped = lookup.run(directory.PRETRAINED)
    save(sheet(shipped, sampling.load(shipped)), "pretrained.png")
    if sweep:
        save(Image.open(sweep / "samples.png"), "reproduce-sigma.png")


def sheet(run, model):
    """An image of what the model does: rows of faces, or translations side by side."""
    from kerasgan import tasks
    from kerasgan.datasets.unpaired import UnpairedImages
    from kerasgan.inference.image_to_image import DomainTranslator, Editor, domain_sheet
    from kerasgan.inference.sampling import ANY, Sampler
    from kerasgan.utils import images

    config = run.config
    if isinstance(config, StarGANConfig):
        _, held_out = tasks.of(config).load()
        return _edits(Editor(model, run.vocabulary), held_out)
    if isinstance(config, CycleGANConfig):
        _, held_out = tasks.of(config).load()
        few = {name: held_out.by_name[name][:_ROWS] for name in ("a", "b")}
        translator = DomainTranslator(model.sampling_generator)
        return domain_sheet(translator, UnpairedImages(**few, key=held_out.key), has_identity=False)
    sampler = Sampler(run, model.sampling_generator)
    if not config.CONDITIONS:
        return images.grid(sampler.pictures([ANY] * _ROWS * _COLUMNS, seed=0), _COLUMNS)
    return sampler.sheet(seed=0, hair=_HAIR)


def _edits(editor, faces):
    """Faces, and each of them with other hair and with other eyes."""
    import numpy as np

    from kerasgan.inference.image_to_image import changed
    from kerasgan.utils import images

    at = np.arange(_ROWS)
    original, labels = faces.pictures(at), faces.labels(at)
    columns, names = [original], ["original"]
    for kind, colours in (("hair", _HAIR), ("eyes", _EYES)):
        for colour in colours:
            place = editor.vocabulary.index(kind, colour)
            columns.append(editor.edit(original, changed(labels, kind, place)))
            names.append(f"{colour} {kind}")
    rows = np.stack(columns, axis=1)
    return images.grid(rows.reshape(-1, *rows.shape[2:]), len(columns), (), names)


def save(picture, name: str) -> None:
    """Write an image among the documents' images, in 256 colours."""
    from kerasgan.utils import images

    images.save(picture.convert("RGB").quantize(256, dither=0), IMAGES / name)


if __name__ == "__main__":
    main()
