"""Images of TensorFlow Datasets: their tags and their encoded files."""

from collections.abc import Collection, Iterator
from typing import Any

from kerasgan.datasets.layouts.base import TaggedImage
from kerasgan.datasets.layouts.tags import normalize, tags_of_cell, unique
from kerasgan.utils.errors import InvalidInput


class TfdsImages:
    """A split of a dataset, downloaded and prepared on first use.

    Labels, booleans, texts and lists of labels become tags, by the rules for table cells. Images
    are named `<split>[N]`.

    Args:
        name: a name of TensorFlow Datasets: `celeb_a`, `my_faces/small:1.0.0`.
        attributes: features that become tags; empty: all.
        split: a split of the dataset.

    Attributes:
        splits: the names of all splits.
        key: identifies the dataset, its version and the split.

    Raises:
        InvalidInput: if the dataset or split does not exist, cannot be downloaded, or has no
            images.
    """

    def __init__(self, name: str, attributes: Collection[str] = (), split: str = "train"):
        import tensorflow_datasets as tfds

        try:
            self._builder = tfds.builder(name)
            self._builder.download_and_prepare()
        except Exception as error:
            # Errors of unknown names, downloads and builders have no common class.
            reason = " ".join(str(error).split())[:300]
            raise InvalidInput(f"cannot get tfds:{name}: {reason}") from error
        info = self._builder.info
        if split not in info.splits:
            raise InvalidInput(
                f"tfds:{name} has no split {split!r}; allowed: {', '.join(info.splits) or 'none'}"
            )
        self._split = split
        self.splits = tuple(info.splits)
        self.key = f"{info.full_name}-{info.splits[split].num_bytes}".replace("/", "-")
        images = [
            key for key, kind in info.features.items() if isinstance(kind, tfds.features.Image)
        ]
        if not images:
            raise InvalidInput(f"tfds:{name} has no image feature, got {', '.join(info.features)}")
        self._image = images[0]
        self._features = {
            path: kind for path, kind in _leaves(info.features) if path[0] != self._image
        }
        self._keep_features(name, attributes)

    def tagged_images(self) -> list[TaggedImage]:
        """The name and tags of every image."""
        return [
            TaggedImage(f"{self._split}[{index}]", self._tags(example))
            for index, example in enumerate(self._examples())
        ]

    def contents(self, indices: Collection[int]) -> Iterator[bytes]:
        """Yield the encoded files of the images with these indices, in ascending order."""
        wanted = set(indices)
        for index, example in enumerate(self._examples()):
            if index in wanted:
                yield example[self._image]

    def _keep_features(self, name: str, attributes: Collection[str]) -> None:
        known = {normalize(path[-1]) for path in self._features}
        if unknown := [wanted for wanted in attributes if normalize(wanted) not in known]:
            columns = ", ".join(path[-1] for path in self._features)
            raise InvalidInput(f"tfds:{name} has no feature {unknown[0]!r}; allowed: {columns}")
        if wanted := {normalize(attribute) for attribute in attributes}:
            self._features = {
                path: kind for path, kind in self._features.items() if normalize(path[-1]) in wanted
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
            tags += tags_of_cell(path[-1], _cell(kind, value))
        return unique(tags)


def _leaves(features: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, kind in features.items():
        if hasattr(kind, "items"):
            yield from _leaves(kind, (*path, name))
        else:
            yield (*path, name), kind


def _cell(kind: Any, value: Any) -> Any:
    """A feature's value as in a table, with class names instead of indices."""
    if hasattr(kind, "feature"):
        return [_cell(kind.feature, item) for item in value]
    if hasattr(kind, "int2str"):
        # A missing label is -1.
        return kind.int2str(int(value)) if value >= 0 else None
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.item() if getattr(value, "ndim", None) == 0 else None
