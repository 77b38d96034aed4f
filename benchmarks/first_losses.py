"""The first losses of every model, to compare before and after a change that must keep them.

python -m benchmarks.first_losses before.json
python -m benchmarks.first_losses after.json --compare before.json
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import click

_OPTIONS = "--steps 5 --log-every 1 --num-avatars 64 --batch-size 8 --deterministic --seed 0"
_SIZES = {"cyclegan": "--load-size 36 --image-size 32 --batch-size 2", "stargan": "--image-size 32"}
_MODELS = (
    "gan", "cgan", "acgan", "wgan", "wgan-gp", "cwgan", "cwgan-gp", "r3gan", "cyclegan", "stargan",
)  # fmt: skip
# Float rounding, of values that add up thousands of products.
_TOLERANCE = 1e-4


def first_losses(model: str) -> dict[str, list[float]]:
    """Train five deterministic steps; {column of metrics.csv: its five values}."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        options = f"{_OPTIONS} --width 0.25 {_SIZES.get(model, '--image-size 32')}".split()
        subprocess.run(
            [sys.executable, "-m", "kerasgan", "--quiet", "train", model, *options, "--out", run],
            check=True,
        )
        with (run / "metrics.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
    return {
        column: [float(row[column]) for row in rows]
        for column in rows[0]
        if column.startswith(("d_", "g_"))
    }


def differences(before: dict, after: dict) -> list[str]:
    """Lines that say which columns of which models differ by more than rounding."""
    found = []
    for model, columns in before.items():
        if columns.keys() != after[model].keys():
            found.append(f"{model}: columns {sorted(columns.keys() ^ after[model].keys())}")
        for column in columns.keys() & after[model].keys():
            pairs = list(zip(columns[column], after[model][column], strict=True))
            if any(abs(b - a) > _TOLERANCE * max(1.0, abs(b)) for b, a in pairs):
                found.append(f"{model} {column}: {pairs}")
    return found


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--compare", type=click.Path(path_type=Path, exists=True))
def main(out: Path, compare: Path | None) -> None:
    """Write OUT, a JSON file, and fail if it differs from that of --compare."""
    losses = {model: first_losses(model) for model in _MODELS}
    out.write_text(json.dumps(losses, indent=1))
    if compare:
        found = differences(json.loads(compare.read_text()), losses)
        print("\n".join(found) or "equal to rounding")
        sys.exit(bool(found))


if __name__ == "__main__":
    main()
