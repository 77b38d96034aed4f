"""A data set of TensorFlow Datasets, built here: nothing is downloaded."""

import dataclasses

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerasgan.datasets import labelled, unpaired
from kerasgan.datasets.tfds import TfdsImages
from kerasgan.labels import BINARY, Label
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config


def colour(number):
    return np.full((8, 8, 3), 20 * number, np.uint8)


class KerasganTinyFaces(tfds.core.GeneratorBasedBuilder):
    """Ten grey images with many kinds of labels."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(None, None, 3)),
                    "hair": tfds.features.ClassLabel(names=["red", "aqua"]),
                    "attributes": {"Male": np.bool_, "Young": np.bool_},
                    "tags": tfds.features.Sequence(tfds.features.Text()),
                    "note": tfds.features.Text(),
                    "box": tfds.features.Tensor(shape=(4,), dtype=np.float32),
                }
            )
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for number in range(10):
            yield (
                number,
                {
                    "image": colour(number),
                    "hair": number % 2,
                    "attributes": {"Male": number < 5, "Young": True},
                    "tags": ["blue eyes"] if number else [],
                    "note": "",
                    "box": np.zeros(4, np.float32),
                },
            )


class KerasganTwoDomains(tfds.core.GeneratorBasedBuilder):
    """Images of two domains as tfds:cycle_gan has them, but for a testB."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        image = tfds.features.Image(shape=(None, None, 3))
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {"image": image, "label": tfds.features.ClassLabel(names=["A", "B"])}
            )
        )

    def _split_generators(self, dl_manager):
        numbers = {"trainA": range(3), "trainB": range(4, 8), "testA": range(8, 10)}
        return {split: self._generate_examples(of) for split, of in numbers.items()}

    def _generate_examples(self, numbers):
        for number in numbers:
            yield number, {"image": colour(number), "label": 0}


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "tensorflow_datasets"
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(folder))
    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))


def test_features_become_labels():
    data = TfdsImages("kerasgan_tiny_faces")
    images = data.annotated_images()
    assert len(images) == 10
    assert data.orders == {"hair": ("red", "aqua")}
    values = {tuple(sorted((k, v) for k, v in i.values.items() if v)) for i in images}
    assert (
        ("Male", ("yes",)),
        ("Young", ("yes",)),
        ("eyes", ("blue",)),
        ("hair", ("red",)),
    ) in values
    assert sum(not image.values.get("eyes") for image in images) == 1


def test_images_are_trained_on(tiny):
    config = dataclasses.replace(
        tiny, data="tfds:kerasgan_tiny_faces", labels=("hair", "male"), val_fraction=0.0
    )
    training = labelled.load(config).training
    # The order is that of the feature's classes.
    assert training.schema.labels == (Label("hair", ("red", "aqua")), Label("Male", BINARY))
    greys = training.pixels(np.arange(10))[:, 0, 0, 0] // 20
    assert sorted(greys) == list(range(10))
    np.testing.assert_array_equal(training.labels, np.stack([greys % 2, greys < 5], axis=1))


def test_two_domains_are_trained_on():
    config = tiny_config("cyclegan", data="tfds:kerasgan_two_domains", val_fraction=0.0)
    training, held_out = unpaired.load(config)
    parts = (training.a, training.b, held_out.a, held_out.b)
    found = [sorted(part[np.arange(part.shape[0])][:, 0, 0, 0] // 20) for part in parts]
    assert found == [[0, 1, 2], [4, 5, 6, 7], [8, 9], []]


@pytest.mark.parametrize(
    ("name", "labels", "message"),
    [
        ("no_such_set", (), "cannot get tfds:no_such_set: "),
        ("kerasgan_tiny_faces", ("Old",), "unknown label of tfds:kera.* 'Old'.*; allowed: .*Male"),
        ("kerasgan_tiny_faces", ("Young",), "every image that has it has the value 'yes'"),
    ],
)
def test_what_is_not_there_is_refused(name, labels, message):
    with pytest.raises(InvalidInput, match=message):
        labelled.load(tiny_config("r3gan", data=f"tfds:{name}", labels=labels))
