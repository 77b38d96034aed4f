"""Faces with hair and eye colours: avatars, or a folder of pictures and their tags."""

import csv
import hashlib
import json
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from kerasgan.attributes import Vocabulary, parse_tag
from kerasgan.configs import Config
from kerasgan.datasets import avatars, cache
from kerasgan.errors import Refused

AVATAR_SEED = 0


class Faces(NamedTuple):
    """N faces out of a prepared set.

    key: names the prepared set.
    images: uint8 [M, S, S, 3], of all prepared pictures, memory-mapped.
    rows: int64 [N], which of them these faces are.
    hair, eyes, pair: int64 [N], places in the vocabulary; -1 where the label is missing.
    """

    key: str
    images: np.ndarray
    rows: np.ndarray
    hair: np.ndarray
    eyes: np.ndarray
    pair: np.ndarray
    vocabulary: Vocabulary

    def pictures(self, at: np.ndarray) -> np.ndarray:
        """Return uint8 [*at.shape, S, S, 3], the pictures of the faces `at`."""
        return self.images[self.rows[at]]


class Split(NamedTuple):
    training: Faces
    held_out: Faces


def load(config: Config) -> Split:
    """Return the faces of `config.data` at `config.image_size`, prepared on first use.

    Of avatars, those from number `config.avatars` on are held out; of a folder's pictures,
    `config.val_fraction` by a hash of their pixels, so that copies and mirror images stay together.

    Raises:
        Refused: if there is no such data, or nothing in it to train on.
    """
    if config.data == "avatars":
        count = config.avatars + round(config.avatars * config.val_fraction)
        everything = _avatars(count, config.image_size)
        held_out = np.arange(count) >= config.avatars
    else:
        everything = _folder(Path(config.data), config.image_size)
        held_out = everything.fraction < config.val_fraction
    if held_out.all():
        raise Refused(
            f"{config.data} has {len(held_out)} pictures, and val-fraction {config.val_fraction} "
            "holds out all of them; allowed: data that leaves some to train on"
        )
    vocabulary = Vocabulary.of_pictures(everything.hair, everything.eyes)
    colours = (everything.hair, everything.eyes, zip(everything.hair, everything.eyes, strict=True))
    labels = []
    for names, values in zip(vocabulary, colours, strict=True):
        places = {name: place for place, name in enumerate(names)}
        labels.append(np.array([places[value] for value in values], np.int64))
    return Split(
        *(
            Faces(
                everything.key, everything.images, at, *(label[at] for label in labels), vocabulary
            )
            for at in (np.flatnonzero(~held_out), np.flatnonzero(held_out))
        )
    )


def _avatars(count: int, size: int) -> cache.Prepared:
    key = f"avatars-v{avatars.RENDERER_VERSION}-seed{AVATAR_SEED}-{size}px-{count}"
    work = partial(draw_avatar, size=size)
    return cache.prepared(key, work, range(count), size, "Drawing avatars")


def draw_avatar(index: int, size: int) -> tuple[np.ndarray, str, str]:
    """Return uint8 [size, size, 3] of the avatar with this number, and its colours."""
    face = avatars.face(AVATAR_SEED, index)
    return np.asarray(avatars.draw(face, size)), face.hair, face.eyes


def _folder(folder: Path, size: int) -> cache.Prepared:
    if not (folder / "tags.csv").is_file():
        raise Refused(
            f"unknown data {str(folder)!r}; allowed: avatars, or a folder with images/ and tags.csv"
        )
    pictures = read_tags(folder / "tags.csv")
    if missing := [path.name for path, *_ in pictures if not path.is_file()]:
        raise Refused(
            f"{folder / 'tags.csv'} names {len(missing)} pictures that are not in "
            f"{folder / 'images'}: {', '.join(missing[:5])}{', ...' * (len(missing) > 5)}"
        )
    state = [
        (str(path.absolute()), path.stat().st_size, path.stat().st_mtime_ns, *colours)
        for path, *colours in pictures
    ]
    key = f"folder-{hashlib.sha256(json.dumps([size, state]).encode()).hexdigest()[:16]}"
    return cache.prepared(
        key, partial(read_picture, size=size), pictures, size, f"Reading {folder}"
    )


def read_tags(file: Path) -> list[tuple[Path, str, str]]:
    """Read lines such as `2,aqua hair red eyes` into pictures in `images/`, hair and eye colours.

    A picture is `images/2.jpg`, or has whatever ending is found there.

    Raises:
        Refused: naming the lines that cannot be used.
    """
    images = file.parent / "images"
    endings = {path.stem: path.suffix for path in images.glob("*.*")}
    pictures, wrong = [], []
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = [row for row in csv.reader(lines) if row]
    for number, row in enumerate(rows, start=1):
        try:
            name, text = row
            hair, eyes = parse_tag(text)
            Vocabulary().indices(hair, eyes)
        except (ValueError, Refused) as error:
            wrong.append(f"row {number}: {error}")
        else:
            pictures.append((images / f"{Path(name).name}{endings.get(name, '.jpg')}", hair, eyes))
    if wrong:
        raise Refused(f"{file}: {len(wrong)} of {len(rows)} rows are unusable; {wrong[0]}")
    if not pictures:
        raise Refused(f"{file} is empty")
    return pictures


def read_picture(labelled: tuple[Path, str, str], size: int) -> tuple[np.ndarray, str, str]:
    """Return uint8 [size, size, 3], the centre square of a picture file, and its colours."""
    path, hair, eyes = labelled
    try:
        with Image.open(path) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (size, size), Image.Resampling.LANCZOS)
    except (OSError, Image.DecompressionBombError) as error:
        raise Refused(f"cannot read the picture {path}: {error}") from error
    return np.asarray(square), hair, eyes
