"""Random traits of an avatar: everything in which faces differ."""

from dataclasses import dataclass

import numpy as np

from kerasgan.datasets.avatars import canvas as drawing
from kerasgan.datasets.avatars.paints import Colour
from kerasgan.datasets.colours import COLOURS, EYES, HAIR, describe
from kerasgan.labels import Label

WHITE = (255, 255, 255)
MOUTHS = ("smile", "neutral", "cat", "open", "grin", "round")
_SKINS = ((255, 234, 220), (255, 225, 205), (248, 210, 184), (224, 178, 146))
_DYES = (
    (214, 48, 64), (52, 84, 176), (250, 196, 60), (246, 120, 160), (80, 170, 130), (120, 80, 170),
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """All traits of a face; lengths are in half frames."""

    hair: str
    eyes: str
    haircut: str
    fringe: str
    side_locks: str
    ahoge: bool  # a lock that stands up
    ornament: str
    mouth: str
    skin: Colour
    clothes: Colour
    accent: Colour  # of bows and other ornaments
    hair_tint: float  # how much lighter or darker than usual, see `tint`
    eye_tint: float
    eye_slant: float  # how far the outer corners hang, relative to the width
    brow: float  # from worried, -1, to angry, 1
    blush: float  # opacity in [0, 1]
    turn: float  # how far eyes, nose and mouth are to the side
    scale: float
    tilt: float  # of the head, in radians
    shift: tuple[float, float]
    mirrored: bool
    background: tuple[float, float]  # a hue in [0, 1] and its change over the image

    @property
    def description(self) -> str:
        """The colours as a tag file has them."""
        return describe(self.hair, self.eyes)


def face(seed: int, index: int, hair: str | None = None, eyes: str | None = None) -> Face:
    """Sample a face; equal arguments give equal faces.

    Args:
        seed, index: two integers of at least 0.
        hair, eyes: colours to use instead of the sampled ones; other traits stay the same.

    Raises:
        InvalidInput: if a colour is unknown.
    """
    random = _random(seed, index)

    def one_of(values):
        return values[random.integers(len(values))]

    random_hair, random_eyes = one_of(HAIR), one_of(EYES)
    return Face(
        hair=_known("hair", random_hair if hair is None else hair),
        eyes=_known("eyes", random_eyes if eyes is None else eyes),
        haircut=one_of(drawing.HAIRCUTS),
        fringe=one_of(tuple(drawing.FRINGES)),
        side_locks=one_of(tuple(drawing.SIDE_LOCKS)),
        ahoge=bool(random.random() < 0.3),
        ornament=one_of(("none", "band", "bow", "flower")),
        mouth=one_of(MOUTHS),
        skin=one_of(_SKINS),
        clothes=one_of((WHITE, *_DYES)),
        accent=one_of(_DYES),
        hair_tint=random.uniform(-0.1, 0.08),
        eye_tint=random.uniform(-0.1, 0.08),
        eye_slant=random.uniform(-0.14, 0.14),
        brow=random.uniform(-1, 1),
        blush=random.uniform(0.3, 1),
        turn=random.uniform(-0.07, 0.07),
        scale=random.uniform(0.98, 1.08),
        tilt=random.uniform(-0.17, 0.17),
        shift=(random.uniform(-0.06, 0.06), random.uniform(0.0, 0.08)),
        mirrored=bool(random.random() < 0.5),
        background=(random.random(), random.uniform(-0.18, 0.18)),
    )


def _known(label: str, colour: str) -> str:
    return COLOURS[label][Label(label, COLOURS[label]).index_of(colour)]


def colours(seed: int, index: int) -> tuple[str, str]:
    """The hair and eye colour of `face(seed, index)`, in a fifth of the time."""
    random = _random(seed, index)
    return HAIR[random.integers(len(HAIR))], EYES[random.integers(len(EYES))]


def _random(seed: int, index: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, index]))
