"""Images of TensorFlow Datasets: their labels and their encoded files."""

from collections.abc import Collection, Iterator
from typing import Any

from kerasgan.datasets.layouts.base import AnnotatedImage, Values
from kerasgan.datasets.layouts.columns import annotate
from kerasgan.labels import identifier
from kerasgan.utils.errors import InvalidInput


class TfdsImages:
    """A split of a dataset, downloaded and prepared on first use.

    Features are read as the columns of a table are, see `annotate`; a label keeps the order of its
    names. Images are named `<split>[N]`.

    Args:
        name: a name of TensorFlow Datasets: `celeb_a`, `my_faces/small:1.0.0`.
        split: a split of the dataset.

    Attributes:
        splits: the names of all splits.
        key: identifies the dataset, its version and the split.

    Raises:
        InvalidInput: if the dataset or split does not exist, cannot be downloaded, or has no
            images.
    """

    def __init__(self, name: str, split: str = "train"):
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

    @property
    def orders(self) -> Values:
        """{label: its values in their order} of the features with named classes."""
        return {
            identifier(path[-1]): tuple(map(kind.int2str, range(kind.num_classes)))
            for path, kind in self._features.items()
            if hasattr(kind, "int2str")
        }

    def annotated_images(self) -> list[AnnotatedImage]:
        """The name, tags and labels of every image."""
        annotations = annotate([self._record(example) for example in self._examples()])
        return [
            AnnotatedImage(f"{self._split}[{index}]", *annotation)
            for index, annotation in enumerate(annotations)
        ]

    def contents(self, indices: Collection[int]) -> Iterator[bytes]:
        """Yield the encoded files of the images with these indices, in ascending order."""
        wanted = set(indices)
        for index, example in enumerate(self._examples()):
            if index in wanted:
                yield example[self._image]

    def _examples(self) -> Iterator[dict[str, Any]]:
        import tensorflow_datasets as tfds

        examples = self._builder.as_dataset(
            self._split,
            decoders={self._image: tfds.decode.SkipDecoding()},
            read_config=tfds.ReadConfig(try_autocache=False),
        )
        return examples.as_numpy_iterator()

    def _record(self, example: dict[str, Any]) -> dict[str, Any]:
        record = {}
        for path, kind in self._features.items():
            value = example
            for part in path:
                value = value[part]
            record[path[-1]] = _cell(kind, value)
        return record


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
