"""Hair and eye colours: the vocabulary, its tags and its one-hot vectors."""

import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple, Self

from kerasgan.utils.errors import InvalidInput, unknown
from kerasgan.utils.printing import printable

HAIR = (
    "orange", "white", "aqua", "gray", "green", "red",
    "purple", "pink", "blue", "black", "brown", "blonde",
)  # fmt: skip
EYES = (
    "gray", "black", "orange", "pink", "yellow", "aqua",
    "purple", "green", "brown", "red", "blue",
)  # fmt: skip

# How other data sets spell a colour of the vocabulary.
_SPELLINGS = {"blond": "blonde", "grey": "gray"}
_TAG = re.compile(r"\s*(\S+)\s+hair\s+(\S+)\s+eyes\s*", re.IGNORECASE)


class Vocabulary(NamedTuple):
    """The labels that a data set has, in the order of their vectors.

    hair, eyes: colours, of which an image has one each.
    pairs: the (hair, eyes) that occur together, in the order of their first appearance.
    attributes: what an image has or lacks; then it has no colours.
    """

    hair: tuple[str, ...] = HAIR
    eyes: tuple[str, ...] = EYES
    pairs: tuple[tuple[str, str], ...] = tuple((hair, eyes) for hair in HAIR for eyes in EYES)
    attributes: tuple[str, ...] = ()

    @classmethod
    def of_pictures(cls, hair: Sequence[str | None], eyes: Sequence[str | None]) -> Self:
        """The vocabulary of images with these colours, [N] each, in the report's order.

        None is a missing colour, and a pair lacks none.
        """
        pairs = dict.fromkeys(pair for pair in zip(hair, eyes, strict=True) if None not in pair)
        return cls(
            tuple(colour for colour in HAIR if colour in hair),
            tuple(colour for colour in EYES if colour in eyes),
            tuple(pairs),
        )

    @classmethod
    def of_contents(cls, names: dict[str, list]) -> Self:
        """The vocabulary whose `contents` JSON has stored.

        Raises:
            ValueError: if a key is missing or unknown, or a value is no list of texts, or of pairs
                of texts.
        """
        if names.keys() != set(cls._fields):
            raise ValueError(
                f"the vocabulary must have the keys {', '.join(cls._fields)}, got "
                f"{printable(', '.join(names))}"
            )
        for name, found in names.items():
            texts = found if name != "pairs" else [text for pair in found for text in pair]
            if not isinstance(found, list) or not all(isinstance(text, str) for text in texts):
                raise ValueError(f"{name} of the vocabulary is {printable(found, 60)}")
        tuples = {name: tuple(found) for name, found in names.items()}
        return cls(**{**tuples, "pairs": tuple((hair, eyes) for hair, eyes in names["pairs"])})

    def contents(self) -> dict[str, tuple]:
        """What JSON can store."""
        return self._asdict()

    @property
    def labels(self) -> dict[str, int]:
        """The length of each label's vector, one-hot of colours, ones and zeros of attributes."""
        if self.attributes:
            return {"attributes": len(self.attributes)}
        return {"hair": len(self.hair), "eyes": len(self.eyes)}

    def with_colours(self, hair: str | None, eyes: str | None) -> list[tuple[str, str]]:
        """Pairs of the data that have these colours, None being any.

        Where none occurs, all combinations of a hair and an eye colour.

        Raises:
            InvalidInput: if there is no combination either.
        """
        for pairs in (self.pairs, product(self.hair, self.eyes)):
            found = [(h, e) for h, e in pairs if hair in (None, h) and eyes in (None, e)]
            if found:
                return found
        raise InvalidInput(f"no pair of colours has hair {hair or 'any'} and eyes {eyes or 'any'}")

    def index(self, kind: str, colour: str) -> int:
        """The place of `colour` among the `kind` ("hair" or "eyes") colours.

        Raises:
            InvalidInput: if the data set has no such colour.
        """
        colours: Sequence[str] = getattr(self, kind)
        if colour.lower() not in colours:
            raise unknown(f"{kind} colour", colour, colours)
        return colours.index(colour.lower())

    def indices(self, hair: str, eyes: str) -> tuple[int, int]:
        """The places of a hair and an eye colour, which need not occur together.

        Raises:
            InvalidInput: if the data set lacks one of them.
        """
        return self.index("hair", hair), self.index("eyes", eyes)

    def pair_index(self, hair: str, eyes: str) -> int:
        """The place of a pair among those that occur.

        Raises:
            InvalidInput: if a colour is unknown, or the two never occur together; names near pairs.
        """
        self.indices(hair, eyes)
        pair = (hair.lower(), eyes.lower())
        if pair not in self.pairs:
            near = [
                format_tag(*other)
                for other in self.pairs
                if other[0] == pair[0] or other[1] == pair[1]
            ]
            raise InvalidInput(f"no image has {format_tag(*pair)}; near pairs: {', '.join(near)}")
        return self.pairs.index(pair)


NO_LABELS = Vocabulary((), (), (), ())


def colours(tags: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hair and the eye colours among tags such as "aqua hair", each once, in order.

    What is no colour of the vocabulary, such as "long hair", is passed over.
    """
    return _colours_of(tags, " hair", HAIR), _colours_of(tags, " eyes", EYES)


def _colours_of(tags: Sequence[str], ending: str, known: Sequence[str]) -> tuple[str, ...]:
    names = (tag.removesuffix(ending) for tag in tags if tag.endswith(ending))
    names = (_SPELLINGS.get(name, name) for name in names)
    return tuple(dict.fromkeys(name for name in names if name in known))


def parse_tag(text: str) -> tuple[str, str]:
    """The hair and eye colour of a tag such as "aqua hair red eyes".

    Raises:
        ValueError: if `text` has another form. The colours themselves are not judged.
    """
    match = _TAG.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form 'COLOUR hair COLOUR eyes'")
    hair, eyes = match.groups()
    return hair.lower(), eyes.lower()


def format_tag(hair: str, eyes: str) -> str:
    """The tag that `parse_tag` reads."""
    return f"{hair} hair {eyes} eyes"


class SampleRequest(NamedTuple):
    """A line of a "draw me these" list."""

    id: int
    hair: str
    eyes: str


def parse_list(
    text: str, check: Callable[[str, str], object]
) -> tuple[list[SampleRequest], list[str]]:
    """Read lines such as `1,blue hair red eyes`; blank lines are skipped.

    Args:
        check: raises `InvalidInput` for a hair and an eye colour that cannot be drawn.

    Returns:
        What can be drawn, and a message for every line that cannot, which names the line.
    """
    wanted: dict[int, SampleRequest] = {}
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        name, _, tag = line.partition(",")
        try:
            if not name.strip().isdecimal():
                raise ValueError(f"{line!r} does not begin with a number and a comma")
            if int(name) in wanted:
                raise ValueError(f"the number {int(name)} was used before")
            hair, eyes = parse_tag(tag)
            check(hair, eyes)
            wanted[int(name)] = SampleRequest(int(name), hair, eyes)
        except (ValueError, InvalidInput) as error:
            problems.append(f"line {number}: {error}")
    return list(wanted.values()), problems
