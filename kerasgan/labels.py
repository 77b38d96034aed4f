"""Labels of images: hair and eye colours or binary attributes, and tags that name colours."""

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

# Other spellings of colours in data sets.
_SPELLINGS = {"blond": "blonde", "grey": "gray"}
_TAG = re.compile(r"\s*(\S+)\s+hair\s+(\S+)\s+eyes\s*", re.IGNORECASE)


class Vocabulary(NamedTuple):
    """Labels of a data set, in the order of their vectors.

    Attributes:
        hair, eyes: colours; an image has one of each.
        pairs: (hair, eyes) that occur together, in order of first appearance.
        attributes: names of binary attributes, instead of colours.
    """

    hair: tuple[str, ...] = HAIR
    eyes: tuple[str, ...] = EYES
    pairs: tuple[tuple[str, str], ...] = tuple((hair, eyes) for hair in HAIR for eyes in EYES)
    attributes: tuple[str, ...] = ()

    @classmethod
    def from_images(cls, hair: Sequence[str | None], eyes: Sequence[str | None]) -> Self:
        """The vocabulary of N images, with colours in the order of HAIR and EYES.

        Args:
            hair, eyes: N colours each, None where one is missing; such images have no pair.
        """
        pairs = dict.fromkeys(pair for pair in zip(hair, eyes, strict=True) if None not in pair)
        return cls(
            tuple(colour for colour in HAIR if colour in hair),
            tuple(colour for colour in EYES if colour in eyes),
            tuple(pairs),
        )

    @classmethod
    def from_json(cls, fields: dict[str, list]) -> Self:
        """The vocabulary that `to_json` and JSON made `fields` of.

        Raises:
            ValueError: if a field is missing or unknown, or a value is not a list of strings, or
                of pairs of strings.
        """
        if fields.keys() != set(cls._fields):
            raise ValueError(
                f"the vocabulary must have the fields {', '.join(cls._fields)}, got "
                f"{printable(', '.join(fields))}"
            )
        for name, value in fields.items():
            texts = value if name != "pairs" else [text for pair in value for text in pair]
            if not isinstance(value, list) or not all(isinstance(text, str) for text in texts):
                kind = "pairs of strings" if name == "pairs" else "strings"
                raise ValueError(
                    f"{name} of the vocabulary must be a list of {kind}, got {printable(value, 60)}"
                )
        tuples = {name: tuple(value) for name, value in fields.items()}
        return cls(**{**tuples, "pairs": tuple((hair, eyes) for hair, eyes in fields["pairs"])})

    def to_json(self) -> dict[str, tuple]:
        """The fields for JSON."""
        return self._asdict()

    @property
    def labels(self) -> dict[str, int]:
        """Length of each label's vector: one-hot for a colour, binary for attributes."""
        if self.attributes:
            return {"attributes": len(self.attributes)}
        return {"hair": len(self.hair), "eyes": len(self.eyes)}

    def matching_pairs(self, hair: str | None, eyes: str | None) -> list[tuple[str, str]]:
        """Pairs in the data with these colours, else all combinations with them.

        Args:
            hair, eyes: None matches any colour.

        Raises:
            InvalidInput: if there is no combination either.
        """
        for pairs in (self.pairs, product(self.hair, self.eyes)):
            matching = [(h, e) for h, e in pairs if hair in (None, h) and eyes in (None, e)]
            if matching:
                return matching
        raise InvalidInput(f"no pair of colours has hair {hair or 'any'} and eyes {eyes or 'any'}")

    def index(self, kind: str, colour: str) -> int:
        """Index of a colour, in upper or lower case, among the colours of `kind`.

        Args:
            kind: "hair" or "eyes".

        Raises:
            InvalidInput: if it is not in the vocabulary.
        """
        colours: Sequence[str] = getattr(self, kind)
        if colour.lower() not in colours:
            raise unknown(f"{kind} colour", colour, colours)
        return colours.index(colour.lower())

    def indices(self, hair: str, eyes: str) -> tuple[int, int]:
        """Indices of a hair and an eye colour, which need not occur together.

        Raises:
            InvalidInput: if one is not in the vocabulary.
        """
        return self.index("hair", hair), self.index("eyes", eyes)

    def pair_index(self, hair: str, eyes: str) -> int:
        """Index of a pair in `pairs`.

        Raises:
            InvalidInput: if a colour is unknown, or the two never occur together; lists the pairs
                that share one of them.
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
    """Find hair and eye colours in tags such as "aqua hair".

    Other tags, such as "long hair", are skipped.

    Returns:
        The hair colours and the eye colours, each once, in order of appearance.
    """
    return _colours_of(tags, " hair", HAIR), _colours_of(tags, " eyes", EYES)


def _colours_of(tags: Sequence[str], ending: str, known: Sequence[str]) -> tuple[str, ...]:
    names = (tag.removesuffix(ending) for tag in tags if tag.endswith(ending))
    names = (_SPELLINGS.get(name, name) for name in names)
    return tuple(dict.fromkeys(name for name in names if name in known))


def parse_tag(text: str) -> tuple[str, str]:
    """Parse a tag such as "aqua hair red eyes" to its hair and eye colour, unchecked.

    Raises:
        ValueError: if `text` has another form.
    """
    match = _TAG.fullmatch(text)
    if match is None:
        raise ValueError(f"a tag must be 'COLOUR hair COLOUR eyes', got {text!r}")
    hair, eyes = match.groups()
    return hair.lower(), eyes.lower()


def format_tag(hair: str, eyes: str) -> str:
    """Format a tag that `parse_tag` parses."""
    return f"{hair} hair {eyes} eyes"


class SampleRequest(NamedTuple):
    """A line of a list of images to generate."""

    id: int
    hair: str
    eyes: str


def parse_requests(
    text: str, check: Callable[[str, str], object]
) -> tuple[list[SampleRequest], list[str]]:
    """Parse lines such as `1,blue hair red eyes`; blank lines are skipped.

    Args:
        check: raises `InvalidInput` for a hair and an eye colour that cannot be generated.

    Returns:
        The valid requests, and a message with its line number for every other line.
    """
    requests: dict[int, SampleRequest] = {}
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        name, _, tag = line.partition(",")
        try:
            if not name.strip().isdecimal():
                raise ValueError(f"must begin with a number and a comma, got {line!r}")
            if int(name) in requests:
                raise ValueError(f"the number {int(name)} was used before")
            hair, eyes = parse_tag(tag)
            check(hair, eyes)
            requests[int(name)] = SampleRequest(int(name), hair, eyes)
        except (ValueError, InvalidInput) as error:
            problems.append(f"line {number}: {error}")
    return list(requests.values()), problems
