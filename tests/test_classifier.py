import dataclasses

import numpy as np
import pytest

from kerasgan.datasets import labelled
from kerasgan.evaluation.features import classifier
from kerasgan.evaluation.metrics import accuracy


class Reader:
    """Reads given indices."""

    def __init__(self, **indices):
        self.indices = indices

    def predict(self, images, verbose):
        return {kind: np.eye(5)[indices] for kind, indices in self.indices.items()}


def shares(network, images, labels):
    right = classifier.agreement(classifier.read(network, images), labels)
    return {kind: getattr(accuracy, kind)(right).value for kind in right}


def test_accuracy_counts_each_kind_and_both():
    network = Reader(hair=[0, 1, 2, 3], eyes=[0, 0, 2, 2])
    labels = {"hair": np.array([0, 1, 2, 4]), "eyes": np.array([0, 1, 2, 3])}
    images = np.zeros((4, 8, 8, 3), np.uint8)
    assert shares(network, images, labels) == {"hair": 0.75, "eyes": 0.5, "both": 0.5}


def test_it_learns_to_read_avatars_it_has_not_seen_and_is_kept(tiny, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 100)
    config = dataclasses.replace(tiny, data="avatars", num_avatars=600, val_fraction=0.2)
    training, held_out = labelled.load(config)
    labels = {"hair": held_out.hair, "eyes": held_out.eyes}
    images = held_out.pixels(np.arange(len(held_out.rows)))
    first = shares(classifier.trained(training), images, labels)
    # Guessing reads one in twelve.
    assert first["hair"] > 0.5
    monkeypatch.setattr(classifier, "_STEPS", pytest.fail)
    assert shares(classifier.trained(training), images, labels) == first
