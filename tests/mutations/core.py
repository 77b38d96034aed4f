"""The files in which faults are generated, and the tests of each: {file: arguments of pytest}."""

from tests.mutations.foundations import FOUNDATIONS
from tests.mutations.papers import PAPERS
from tests.mutations.translators import TRANSLATORS

CORE = {file: tests for file, (tests, _) in {**PAPERS, **TRANSLATORS, **FOUNDATIONS}.items()} | {
    "kerasgan/models/gradient_penalty.py": [
        "tests/test_paper_losses.py", "tests/test_models.py", "-k",
        "acgan or r3gan or [wgan-gp or flat or linear",
    ],
    "kerasgan/models/averaging.py": ["tests/test_averaging.py", "-k", "not weights_are"],
    "kerasgan/models/augmentation.py": ["tests/test_augmentation.py"],
    "kerasgan/evaluation/metrics/copies.py": ["tests/test_copies.py"],
    "kerasgan/evaluation/metrics/distances.py": ["tests/test_distances.py"],
    "kerasgan/evaluation/metrics/diversity.py": ["tests/test_diversity.py"],
    "kerasgan/evaluation/metrics/flatness.py": ["tests/test_flatness.py"],
    "kerasgan/evaluation/metrics/similarity.py": ["tests/test_similarity.py"],
    "kerasgan/evaluation/metrics/values.py": ["tests/test_values.py"],
}  # fmt: skip
