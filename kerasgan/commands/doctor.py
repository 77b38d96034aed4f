"""kerasgan doctor"""

import os
import platform
import shlex
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import NamedTuple

import rich_click as click

import kerasgan
from kerasgan.commands import cache, messages, options
from kerasgan.utils import printing, requirements

_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")


class Finding(NamedTuple):
    """A row of the table.

    Attributes:
        name: what was examined.
        found: what was found.
        remedy: what mends it; empty if nothing needs to be mended.
    """

    name: str
    found: str
    remedy: str = ""


@click.command()
@options.as_json
def doctor(as_json: bool) -> None:
    """Print versions, devices, the cache and missing packages, with a remedy where there is one.

    Exit code 0: kerasgan has what it needs; 1: it does not. Extras that are not installed change
    nothing.
    """
    needed = [
        Finding("kerasgan", f"{kerasgan.__version__} in {Path(kerasgan.__file__).parent}"),
        Finding("Python", f"{platform.python_version()} on {platform.platform()}"),
        *(_checked(name, check) for name, check in _CHECKS.items()),
    ]
    findings = [*needed, *_extras()]
    if as_json:
        messages.document([finding._asdict() for finding in findings])
    else:
        messages.table(("", "found", "remedy"), findings)
    if any(finding.remedy for finding in needed):
        sys.exit(1)


def _checked(name: str, check: Callable[[], Finding]) -> Finding:
    """The finding of a check, or the error that ended it."""
    try:
        return check()
    except PackageNotFoundError:
        return Finding(name, "kerasgan is not installed", "pip install -e .")
    except Exception as error:
        return Finding(name, f"{type(error).__name__}: {error}", "pip check")


def _packages() -> Finding:
    unmet = requirements.unmet()
    words = shlex.join(requirement for requirement, _ in unmet)
    return Finding("packages", _listed(unmet), f"pip install {words}" if unmet else "")


def _listed(unmet: list[requirements.Unmet]) -> str:
    return "; ".join(map(" ".join, unmet)) or "complete"


def _versions() -> Finding:
    import keras
    import tensorflow as tf

    return Finding("TensorFlow", f"{tf.__version__}, Keras {keras.__version__}")


def _devices() -> Finding:
    import tensorflow as tf

    if gpus := tf.config.list_physical_devices("GPU"):
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        return Finding("devices", ", ".join(gpu.get("device_name", "GPU") for gpu in details))
    found = f"no GPU; a CPU with {os.cpu_count()} threads"
    if _NVIDIA_DRIVER.exists():
        return Finding("devices", found, "pip install 'tensorflow[and-cuda]'")
    return Finding("devices", found)


def _memory() -> Finding:
    import psutil

    memory = psutil.virtual_memory()
    total, available = map(printing.mebibytes, (memory.total, memory.available))
    return Finding("memory", f"{total}, {available} are available")


def _precision() -> Finding:
    from kerasgan.training import precision

    chosen, reason = precision.automatic()
    return Finding("precision", f"--precision auto is {chosen}: {reason}")


def _kernels() -> Finding:
    from kerasgan.layers import kernels

    if not kernels.can_choose():
        return Finding("kernels", "TensorFlow's convolutions")
    onednn = "off" if os.environ["TF_ENABLE_ONEDNN_OPTS"] == "0" else "on"
    found = "Winograd, matrix products or pixel blocks where they are faster"
    return Finding("kernels", f"{found}; oneDNN is {onednn}")


def _cache() -> Finding:
    return Finding("cache", cache.description())


_CHECKS = {
    "packages": _packages,
    "TensorFlow": _versions,
    "devices": _devices,
    "memory": _memory,
    "precision": _precision,
    "kernels": _kernels,
    "cache": _cache,
}


def _extras() -> list[Finding]:
    try:
        return [_extra(name) for name in requirements.extras()]
    except PackageNotFoundError:
        return []


def _extra(name: str) -> Finding:
    unmet = requirements.unmet(name)
    remedy = f"pip install 'kerasgan[{name}]'" if unmet else ""
    return Finding(f"extra {name}", _listed(unmet), remedy)
