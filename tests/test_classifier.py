import dataclasses

import numpy as np
import pytest

from kerasgan.datasets import labelled
from kerasgan.evaluation.features import classifier


class Reader:
    """Reads what it is told to."""

    def __init__(self, **places):
        self.places = places

    def predict(self, pictures, verbose):
        return {kind: np.eye(5)[places] for kind, places in self.places.items()}


def test_accuracy_counts_each_kind_and_both():
    read = Reader(hair=[0, 1, 2, 3], eyes=[0, 0, 2, 2])
    labels = {"hair": np.array([0, 1, 2, 4]), "eyes": np.array([0, 1, 2, 3])}
    pictures = np.zeros((4, 8, 8, 3), np.uint8)
    assert classifier.accuracy(read, pictures, labels) == {"hair": 0.75, "eyes": 0.5, "both": 0.5}


def test_it_learns_to_read_avatars_it_has_not_seen_and_is_kept(tiny, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 100)
    config = dataclasses.replace(tiny, data="avatars", num_avatars=600, val_fraction=0.2)
    training, held_out = labelled.load(config)
    labels = {"hair": held_out.hair, "eyes": held_out.eyes}
    pictures = held_out.pixels(np.arange(len(held_out.rows)))
    first = classifier.accuracy(classifier.trained(training), pictures, labels)
    # Guessing reads one in twelve.
    assert first["hair"] > 0.5
    monkeypatch.setattr(classifier, "_STEPS", pytest.fail)
    assert classifier.accuracy(classifier.trained(training), pictures, labels) == first
