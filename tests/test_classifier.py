import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets import labelled
from kerasgan.evaluation.features import classifier
from kerasgan.evaluation.metrics import accuracy
from kerasgan.labels import MISSING, LabelSchema


class Reader:
    """Reads given indices."""

    def __init__(self, **indices):
        self.indices = self.output = indices

    def predict(self, images, verbose):
        return {kind: np.eye(5)[indices] for kind, indices in self.indices.items()}


def shares(network, images, labels):
    schema = LabelSchema.of(dict.fromkeys(("hair", "eyes"), tuple("abcde")))
    right = classifier.agreement(schema, classifier.read(network, images), labels)
    return {name: accuracy.share(right, name).value for name in (*right, None)}


def test_accuracy_counts_each_label_and_all_without_the_missing_ones():
    network = Reader(hair=[0, 1, 2, 3, 0, 0], eyes=[0, 0, 2, 2, 4, 0])
    labels = np.array([[0, 0], [1, 1], [2, 2], [4, 3], [MISSING, 4], [MISSING, MISSING]])
    images = np.zeros((6, 8, 8, 3), np.uint8)
    assert shares(network, images, labels) == {"hair": 0.75, "eyes": 0.6, None: 0.6}


def test_a_missing_label_teaches_nothing():
    logits = tf.constant([[1.0, 2.0, 3.0], [0.0, 4.0, -1.0]])
    labels = tf.constant([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = classifier.loss(labels, logits)
    gradient = tape.gradient(value, logits).numpy()
    np.testing.assert_array_equal(gradient[0], 0)
    probabilities = np.exp(logits[1]) / np.exp(logits[1]).sum()
    np.testing.assert_allclose(gradient[1], (probabilities - [0, 0, 1]) / 2, atol=1e-6)


def test_it_learns_to_read_avatars_it_has_not_seen_and_is_kept(tiny, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 100)
    config = dataclasses.replace(tiny, data="avatars", num_avatars=600, val_fraction=0.2)
    training, held_out = labelled.load(config)
    labels = held_out.labels
    images = held_out.pixels(np.arange(len(held_out.rows)))
    first = shares(classifier.trained(training), images, labels)
    # Guessing reads one in twelve.
    assert first["hair"] > 0.5
    monkeypatch.setattr(classifier, "_STEPS", pytest.fail)
    assert shares(classifier.trained(training), images, labels) == first
