"""FID and KID of two folders of images, by kerasgan and by torch-fidelity.

`python -m benchmarks.fid A B [--weights FILE]`; needs torch-fidelity. By default, both read random
weights of the network, so nothing is downloaded.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import click
import numpy as np


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of random.")
@click.option("--legacy", is_flag=True, help="Save random weights as PyTorch before 1.6 did.")
@click.option("--seed", default=0, show_default=True, help="Of random weights.")
def main(first: Path, second: Path, weights: Path | None, legacy: bool, seed: int) -> None:
    """Print both values of each metric of the PNG files of two folders, and their difference."""
    images = [_images(folder) for folder in (first, second)]
    with TemporaryDirectory() as folder:
        if weights is None:
            weights = Path(folder) / "random.pth"
            _save_random(weights, np.concatenate([part[:16] for part in images]), seed, legacy)
        theirs = _by_torch_fidelity(first, second, weights, min(map(len, images)))
        ours = _by_kerasgan(images, weights)
    for name, value in ours.items():
        difference = abs(value / theirs[name] - 1)
        print(f"{name}: kerasgan {value:.8g}, torch-fidelity {theirs[name]:.8g}: {difference:.1e}")


def _images(folder: Path) -> np.ndarray:
    """The folder's images of one size, uint8 [n, H, W, 3]."""
    from PIL import Image

    return np.stack([Image.open(path).convert("RGB") for path in sorted(folder.glob("*.png"))])


def _by_kerasgan(images: list[np.ndarray], weights: Path) -> dict[str, float]:
    from kerasgan.evaluation.features import inception, inception_2015
    from kerasgan.evaluation.metrics import distances

    network = inception_2015.load(weights)
    features = [inception.features(network, part) for part in images]
    return {
        "FID": distances.frechet_distance(*features),
        "KID": distances.kernel_distance(*features).value,
    }


def _by_torch_fidelity(first: Path, second: Path, weights: Path, count: int) -> dict[str, float]:
    """Their values; the KID of all images instead of random subsets of them."""
    import torch_fidelity

    values = torch_fidelity.calculate_metrics(
        input1=str(first),
        input2=str(second),
        fid=True,
        kid=True,
        kid_subsets=1,
        kid_subset_size=count,
        feature_extractor_weights_path=str(weights),
        cuda=False,
        cache=False,
        verbose=False,
    )
    return {
        "FID": values["frechet_inception_distance"],
        "KID": values["kernel_inception_distance_mean"],
    }


def _save_random(path: Path, images: np.ndarray, seed: int, legacy: bool) -> None:
    """Save random weights, with the moments that these images have in each BatchNorm."""
    import torch
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    torch.manual_seed(seed)
    with (
        mock.patch("torch.load"),
        mock.patch.object(FeatureExtractorInceptionV3, "load_state_dict"),
    ):
        network = FeatureExtractorInceptionV3("random", ["logits"], path)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.3)
            module.momentum = None
    network.train()
    network(torch.from_numpy(images).permute(0, 3, 1, 2))
    torch.save(network.state_dict(), path, _use_new_zipfile_serialization=not legacy)


if __name__ == "__main__":
    main()
