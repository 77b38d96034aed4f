"""How long a training step takes: ours, plain Keras after its examples, and eager PyTorch.

python -m benchmarks.train_step --model acgan|wgan-gp|cyclegan [--repeats 7] [--precision bfloat16]
    [--without keras torch]

They take turns, on noise as images; times are medians. Ours computes in the precision given, the
others in float32. PyTorch comes with `pip install -e '.[benchmarks]'`.
"""

import argparse
import statistics
import subprocess
import sys
from importlib.util import find_spec

from benchmarks.contender import FIRST_IMPORTS, SETTINGS


class Contender:
    """A process of `benchmarks.contender`, which answers questions."""

    def __init__(self, name: str, model: str, precision: str):
        command = [sys.executable, "-m", "benchmarks.contender", name, model, precision]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, **pipes)

    def ask(self, question: str) -> float:
        print(question, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=SETTINGS, required=True)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--precision", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--without", nargs="*", default=[], choices=("keras", "torch"))
    parser.set_defaults(precision="float32")
    arguments = parser.parse_args()
    contenders = {}
    for name, module in FIRST_IMPORTS.items():
        if name in arguments.without:
            continue
        if find_spec(module) is None:
            print(f"{module} is not installed, and left out: pip install -e '.[benchmarks]'")
        else:
            precision = arguments.precision if name == "ours" else "float32"
            contenders[name] = Contender(name, arguments.model, precision)
            # The first steps trace, compile and allocate.
            contenders[name].ask("step")
            contenders[name].ask("step")
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(arguments.repeats):
        for name, contender in contenders.items():
            seconds[name].append(contender.ask("step"))
    memory = {name: contender.ask("memory") for name, contender in contenders.items()}
    work, best = contenders["ours"].ask("work"), contenders["ours"].ask("peak")
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS[arguments.model].items())
    print(f"{arguments.model} ({settings}), ours in {arguments.precision}")
    print(f"{work:.1f} GFLOP per step; matrix products reach {best:.0f} GFLOP/s")
    fastest = statistics.median(seconds["ours"])
    for name, times in seconds.items():
        took = statistics.median(times)
        images = SETTINGS[arguments.model]["batch_size"] / took
        print(
            f"{name:5} {took:7.3f} s per step, {images:7.2f} images/s, {took / fastest:5.2f} times "
            f"ours, {work / took / best:4.0%} of the products' rate, {memory[name]:.2f} GiB"
        )


if __name__ == "__main__":
    main()
