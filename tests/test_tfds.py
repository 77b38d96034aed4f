"""A data set of TensorFlow Datasets, built here: nothing is downloaded."""

import dataclasses

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerasgan.datasets import labelled, unpaired
from kerasgan.datasets.tfds import TfdsImages
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


def test_labels_become_tags():
    images = TfdsImages("kerasgan_tiny_faces").tagged_images()
    assert len(images) == 10
    tags = {tuple(sorted(image.tags)) for image in images}
    assert ("blue eyes", "male", "red hair", "young") in tags
    assert sum("blue eyes" not in image.tags for image in images) == 1


def test_chosen_features_alone_give_tags():
    images = TfdsImages("kerasgan_tiny_faces", ["hair", "male"]).tagged_images()
    assert {tag for image in images for tag in image.tags} == {
        "red hair",
        "aqua hair",
        "male",
    }


def test_images_are_trained_on(tiny):
    config = dataclasses.replace(tiny, data="tfds:kerasgan_tiny_faces", val_fraction=0.0)
    training = labelled.load(config).training
    assert training.vocabulary[:2] == (("aqua", "red"), ("blue",))
    found = training.pixels(np.arange(9))
    greys = found[:, 0, 0, 0] // 20
    assert sorted(greys) == list(range(1, 10))
    hair = [training.vocabulary.hair[place] for place in training.hair]
    assert hair == [("red", "aqua")[grey % 2] for grey in greys]


def test_two_domains_are_trained_on():
    config = tiny_config("cyclegan", data="tfds:kerasgan_two_domains", val_fraction=0.0)
    training, held_out = unpaired.load(config)
    parts = (training.a, training.b, held_out.a, held_out.b)
    found = [sorted(part[np.arange(part.shape[0])][:, 0, 0, 0] // 20) for part in parts]
    assert found == [[0, 1, 2], [4, 5, 6, 7], [8, 9], []]


def test_attributes_are_edited(tiny):
    """Features that no colour model could use train StarGAN."""
    config = tiny_config(
        "stargan", data="tfds:kerasgan_tiny_faces", attributes=("Male",), val_fraction=0.0
    )
    training = labelled.load(config).training
    assert training.vocabulary.labels == {"attributes": 1}
    greys = training.pixels(np.arange(10))[:, 0, 0, 0] // 20
    np.testing.assert_array_equal(training.attributes[:, 0], greys < 5)
    for attributes, message in (
        (("hair",), "no image of tfds:kerasgan_tiny_faces has 'hair'"),
        (("Young",), "every image of tfds:kerasgan_tiny_faces has 'Young'"),
    ):
        with pytest.raises(InvalidInput, match=message):
            labelled.load(dataclasses.replace(config, attributes=attributes))


@pytest.mark.parametrize(
    ("name", "attributes", "message"),
    [
        ("no_such_set", [], "cannot get tfds:no_such_set: "),
        ("kerasgan_tiny_faces", ["Old"], "no feature 'Old'; allowed: .*Male"),
    ],
)
def test_what_is_not_there_is_refused(name, attributes, message):
    with pytest.raises(InvalidInput, match=message):
        TfdsImages(name, attributes)
