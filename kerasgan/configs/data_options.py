"""Groups of options about data: where images come from, and what is changed in them."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from kerasgan.configs.options import Options, option
from kerasgan.utils.errors import InvalidInput, unknown

# What the name of a data set of TensorFlow Datasets begins with.
TFDS = "tfds:"
# Kinds of data, as messages name them.
AVATARS, DATA_SETS, FILES = "avatars", "TensorFlow Datasets", "files and folders"
SHARDS = "tar files"
SHARD_SUFFIX = ".tar"
_NOT_DRAWN = (DATA_SETS, FILES, SHARDS)


@dataclass(frozen=True, kw_only=True)
class DataOptions(Options):
    """Images to train on.

    IS_CONDITIONAL is whether the generator takes labels, NEEDS_LABELS whether it cannot do without,
    and ONLY_COMBINATIONS whether it can generate only those combinations that occur in the data.
    LOCATIONS are the options that may be paths of images.
    """

    LOCATIONS: ClassVar[tuple[str, ...]] = ("data",)

    IS_CONDITIONAL: ClassVar[bool] = False
    NEEDS_LABELS: ClassVar[bool] = False
    ONLY_COMBINATIONS: ClassVar[bool] = False
    IS_OF_MODEL: ClassVar[bool] = False
    PANEL: ClassVar[str] = "Data"

    data: str = option(
        AVATARS,
        "'avatars' (drawn faces), a folder of images, a label file, tar files such as "
        "'shards/{000..099}.tar', or tfds:NAME.",
    )
    num_avatars: int = option(
        8000,
        "Number of avatars to train on.",
        at_least=1,
        at_most=10**6,
        kinds_of_data=(AVATARS,),
    )
    val_fraction: float = option(
        0.1, "Share of the images that is held out from training.", at_least=0, below=1
    )
    resize_mode: Literal["crop", "pad"] = option(
        "crop",
        "Bring images to the shape of image-size: cut the centre out, or add white.",
        kinds_of_data=_NOT_DRAWN,
    )
    follow_links: bool = option(
        False, "Follow symbolic links inside the data folder.", kinds_of_data=(FILES,)
    )
    strict: bool = option(
        False,
        "Refuse data with anything wrong, rather than leave that out.",
        kinds_of_data=_NOT_DRAWN,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.data.strip():
            raise InvalidInput("data is empty; allowed: avatars, tfds:NAME, a folder or a file")

    @property
    def has_avatars(self) -> bool:
        """Whether the images are avatars, which are drawn and not read."""
        return self.data == AVATARS

    @property
    def num_drawn(self) -> int:
        """Number of avatars in an epoch; 0 for images that are read, whose number is not known."""
        return self.num_avatars if self.has_avatars else 0

    @property
    def kind_of_data(self) -> str:
        """AVATARS, DATA_SETS, SHARDS or FILES."""
        if self.has_avatars:
            return AVATARS
        if not self.paths:
            return DATA_SETS
        return SHARDS if self.data.endswith(SHARD_SUFFIX) else FILES

    @property
    def paths(self) -> dict[str, Path]:
        """The locations of images that are files or folders, {option: path}."""
        if self.has_avatars:
            return {}
        given = {name: getattr(self, name) for name in self.LOCATIONS}
        return {k: Path(v) for k, v in given.items() if v and not v.startswith(TFDS)}

    def evaluated_on(self, data: str | None) -> Self:
        """A copy with other data to judge the run by, or with its own; a part of it is held out.

        A run that held nothing out is judged by further avatars or by other data.
        """
        other = dataclasses.replace(self, data=data) if data else self
        is_seen = other.located().data == self.located().data and not self.has_avatars
        if self.val_fraction or is_seen:
            return other
        return dataclasses.replace(other, val_fraction=DataOptions.val_fraction)

    def located(self) -> Self:
        """A copy with absolute paths, by which a run is resumed from any folder."""
        absolute = {name: str(path.absolute()) for name, path in self.paths.items()}
        return dataclasses.replace(self, **absolute)


@dataclass(frozen=True, kw_only=True)
class LabelledDataOptions(DataOptions):
    """Images that may have labels."""

    if TYPE_CHECKING:
        # Every config with this group is a `Config`, which declares it.
        MODEL: ClassVar[str]

    IS_OF_MODEL: ClassVar[bool] = False
    # The layouts are listed in datasets/layouts and checked where the data is loaded.
    layout: str = option("auto", "Layout of the data; auto: detect it.", kinds_of_data=(FILES,))
    labels: tuple[str, ...] = option(
        (),
        "The labels to train on: columns of the label file, or tfds features; none: without any.  "
        "[default: those with 2 to 200 values, at most 8]",
    )
    exclude_tag: tuple[str, ...] = option(
        (),
        "Leave out images with one of these tags, or labels given as NAME=VALUE.",
        kinds_of_data=_NOT_DRAWN,
    )
    require_tag: tuple[str, ...] = option(
        (),
        "Leave out images without all of these tags, or labels given as NAME=VALUE.",
        kinds_of_data=_NOT_DRAWN,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.labels and not self.IS_CONDITIONAL:
            raise InvalidInput(
                f"labels is {', '.join(self.labels)}; {self.MODEL} takes no labels, as acgan and "
                "r3gan do"
            )


@dataclass(frozen=True, kw_only=True)
class ConditionalDataOptions(LabelledDataOptions):
    """Images with labels that the generator takes."""

    IS_OF_MODEL: ClassVar[bool] = False
    IS_CONDITIONAL: ClassVar[bool] = True
    NEEDS_LABELS: ClassVar[bool] = True

    label_rule: Literal["exactly-one", "first"] = option(
        "exactly-one",
        "Train on images with exactly one value of each label, or take the first. Only acgan and "
        "r3gan can do with a missing label.",
        kinds_of_data=_NOT_DRAWN,
    )
    min_per_class: int = option(
        1,
        "Leave out the images of values that fewer images have.",
        at_least=1,
        kinds_of_data=_NOT_DRAWN,
    )


def label_rule_option(default: Literal["exactly-one", "any"]) -> Any:
    """The field `label_rule` of a model for which a label may be missing."""
    return option(
        default,
        "Train on images with exactly one value of each label, take the first, or take any image: "
        "a label without exactly one value is then missing, and adds no loss.",
        kinds_of_data=_NOT_DRAWN,
    )


@dataclass(frozen=True, kw_only=True)
class MirrorOptions(DataOptions):
    """Real images in both directions."""

    mirror: bool = option(False, "Mirror half of the real images, which samples then are, too.")


@dataclass(frozen=True, kw_only=True)
class AugmentationOptions(DataOptions):
    """Changes that the discriminator sees."""

    AUGMENTATIONS: ClassVar[tuple[str, ...]] = ("colour", "shift", "cutout")

    augment: tuple[str, ...] = option(
        (),
        "Change real and generated images alike before the discriminator sees them, by "
        f"{', '.join(AUGMENTATIONS)}; samples stay as they are.",
    )
    augment_colour_anyway: bool = option(
        False,
        "Augment by colour although the images have labels, which it may make untrue.",
        only_with="augment",
    )
    augment_probability: float | Literal["ada"] = option(
        0.3,
        "Probability of each of these changes, for each image; ada: as much as keeps the "
        "discriminator from being too sure of real images.",
        at_least=0,
        at_most=1,
        only_with="augment",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.augment:
            if name not in self.AUGMENTATIONS:
                raise unknown("augment", name, self.AUGMENTATIONS)
