"""Images of TensorFlow Datasets: their tags, and their encoded files."""

from collections.abc import Collection, Iterator
from typing import Any

from kerasgan.datasets.layouts.detection import Picture
from kerasgan.datasets.layouts.tags import of_cell, spelled, unique
from kerasgan.utils.errors import InvalidInput


class TfdsPictures:
    """A split of a data set, downloaded and prepared on first use.

    Labels, truth values, texts and lists of labels are tags, by the rules of a table's cells. A
    image's name is `<split>[N]`.

    Args:
        name: as TensorFlow Datasets knows it: `celeb_a`, `my_faces/small:1.0.0`.
        attributes: the features that give tags; all without it.
        split: which part of it; `splits` names all.

    Raises:
        InvalidInput: if there is no such data set or split, it cannot be had, or it has no images.
    """

    def __init__(self, name: str, attributes: Collection[str] = (), split: str = "train"):
        import tensorflow_datasets as tfds

        try:
            self._builder = tfds.builder(name)
            self._builder.download_and_prepare()
        except Exception as error:
            # What goes wrong between a name and a data set has no common class.
            reason = " ".join(str(error).split())[:300]
            raise InvalidInput(f"cannot get tfds:{name}: {reason}") from error
        info = self._builder.info
        if split not in info.splits:
            raise InvalidInput(
                f"tfds:{name} has no split {split!r}; it has {', '.join(info.splits) or 'none'}"
            )
        self._split = split
        self.splits = tuple(info.splits)
        self.key = f"{info.full_name}-{info.splits[split].num_bytes}".replace("/", "-")
        images = [
            key for key, kind in info.features.items() if isinstance(kind, tfds.features.Image)
        ]
        if not images:
            raise InvalidInput(f"tfds:{name} has no images; it has {', '.join(info.features)}")
        self._image = images[0]
        self._features = {
            path: kind for path, kind in _leaves(info.features) if path[0] != self._image
        }
        self._choose(name, attributes)

    def pictures(self) -> list[Picture]:
        """Every image's name and tags."""
        return [
            Picture(f"{self._split}[{number}]", self._tags(example))
            for number, example in enumerate(self._examples())
        ]

    def contents(self, rows: Collection[int]) -> Iterator[bytes]:
        """Yield the encoded files of the images with these numbers, in ascending order."""
        wanted = set(rows)
        for number, example in enumerate(self._examples()):
            if number in wanted:
                yield example[self._image]

    def _choose(self, name: str, attributes: Collection[str]) -> None:
        known = {spelled(path[-1]) for path in self._features}
        if unknown := [wanted for wanted in attributes if spelled(wanted) not in known]:
            columns = ", ".join(path[-1] for path in self._features)
            raise InvalidInput(f"tfds:{name} has no feature {unknown[0]!r}; allowed: {columns}")
        if wanted := {spelled(attribute) for attribute in attributes}:
            self._features = {
                path: kind for path, kind in self._features.items() if spelled(path[-1]) in wanted
            }

    def _examples(self) -> Iterator[dict[str, Any]]:
        import tensorflow_datasets as tfds

        examples = self._builder.as_dataset(
            self._split,
            decoders={self._image: tfds.decode.SkipDecoding()},
            read_config=tfds.ReadConfig(try_autocache=False),
        )
        return examples.as_numpy_iterator()

    def _tags(self, example: dict[str, Any]) -> tuple[str, ...]:
        tags = []
        for path, kind in self._features.items():
            value = example
            for part in path:
                value = value[part]
            tags += of_cell(path[-1], _readable(kind, value))
        return unique(tags)


def _leaves(features: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, kind in features.items():
        if hasattr(kind, "items"):
            yield from _leaves(kind, (*path, name))
        else:
            yield (*path, name), kind


def _readable(kind: Any, value: Any) -> Any:
    """A feature's value as a table would have it: names for the numbers of classes."""
    if hasattr(kind, "feature"):
        return [_readable(kind.feature, item) for item in value]
    if hasattr(kind, "int2str"):
        # A missing label is -1.
        return kind.int2str(int(value)) if value >= 0 else None
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.item() if getattr(value, "ndim", None) == 0 else None
