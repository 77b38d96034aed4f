"""Write the image and the table of good and bad values of the metrics in docs/explanation.

`python -m docs.metric_values` takes two minutes on two CPU cores, and needs the extra perceptual.
Images that a model might generate are drawn faces that were spoiled in one way each.
"""

import numpy as np

from benchmarks.perceptual import blurred, exchanged, noisy
from docs.images import save

_SIZE, _COUNT, _SHOWN = 64, 1000, 8
# Beyond the avatars that any run of this project trains on.
_FIRST_AVATAR = 2_000_000
_FACES_OF_A_COLLAPSE = 4


def main() -> None:
    """Write docs/images/metric-values.png and print the table."""
    from kerasgan.evaluation import real_sets
    from kerasgan.evaluation.features import perceptual
    from kerasgan.utils import images

    numbers = range(_FIRST_AVATAR, _FIRST_AVATAR + 4 * _COUNT)
    real, training, held_out, others = np.split(real_sets.render_avatars(numbers, _SIZE), 4)
    sets = spoiled(others, training)
    rows = [cell for cells in sets.values() for cell in cells[:_SHOWN]]
    save(images.grid(rows, _SHOWN, list(sets)), "metric-values.png")
    network = perceptual.load()
    features = {name: perceptual.features(network, cells) for name, cells in sets.items()}
    reference, *standardised = perceptual.standardised(
        perceptual.features(network, real), *features.values()
    )
    print("| images | flatness | precision | recall | coverage | MS-SSIM | near copies |")
    print("|---|---|---|---|---|---|---|")
    for (name, cells), rows in zip(sets.items(), standardised, strict=True):
        measured = _numbers(cells, rows, reference, training, held_out)
        print(f"| {name} | {' | '.join(measured)} |")


def spoiled(faces: np.ndarray, training: np.ndarray) -> dict[str, np.ndarray]:
    """Sets of images as good and as bad models would generate them, by what they are."""
    return {
        "other drawn faces": faces,
        "blurred": blurred(faces),
        "with speckle": noisy(faces),
        "halves exchanged": exchanged(faces),
        "four faces only": np.resize(faces[:_FACES_OF_A_COLLAPSE], faces.shape),
        "training images": noisy(training),
    }


def _numbers(cells, features, reference, training, held_out) -> list[str]:
    from kerasgan.evaluation.metrics import copies, distances, diversity, flatness

    layouts = copies.layouts(training)
    ratios = [copies.neighbours(copies.layouts(part), layouts).ratios for part in (cells, held_out)]
    one_condition = np.zeros(len(cells), int)
    return [
        f"{flatness.flatness(cells).value:.2f}",
        f"{distances.precision(reference, features).value:.0%}",
        f"{distances.recall(reference, features).value:.0%}",
        f"{distances.coverage(reference, features).value:.0%}",
        f"{diversity.ms_ssim_within(cells, one_condition).value:.2f}",
        f"{copies.near_copies(*ratios).value:.1%}",
    ]


if __name__ == "__main__":
    main()
