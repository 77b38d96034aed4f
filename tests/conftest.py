import dataclasses
import gc
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import settings

from docs import screenshots
from kerasgan import registry

# One worker per core: more threads in each would only wait for one another.
for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# The same examples every time, however busy the machine is.
settings.register_profile("kerasgan", deadline=None, derandomize=True, database=None)
settings.load_profile("kerasgan")

SAMPLE = Path(__file__).parent.parent / "data" / "sample"


def models(*quick: str) -> list:
    """Parameters of every model; all but the `quick` ones are slow, and run with --all."""
    return [
        pytest.param(name, marks=() if name in quick else pytest.mark.slow)
        for name in registry.names()
    ]


def pytest_configure(config):
    """Make two devices, which a strategy can mirror a model on."""
    distributes = config.getoption("numprocesses", None)
    if distributes and not hasattr(config, "workerinput"):
        # The tests run in other processes, and TensorFlow takes seconds to be imported.
        return
    # Here, as kerasgan must be imported first: it sets what TensorFlow reads.
    import tensorflow as tf

    # Traced graphs are many objects, few of them garbage.
    gc.set_threshold(10_000, 20, 20)
    (processor,) = tf.config.list_physical_devices("CPU")
    devices = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(processor, devices)


# The smallest model of the full architecture: 16 pixels, a few filters, a few faces.
TINY = {
    "data": str(SAMPLE),
    "image_size": 16,
    "width": 0.05,
    "batch_size": 4,
    "steps": 3,
    "log_every": 2,
    "sample_every": 3,
    "checkpoint_every": 2,
}


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path, cache):
    """Every test has its own runs; prepared data is shared."""
    monkeypatch.setenv("KERASGAN_CACHE", str(cache))
    monkeypatch.delenv("KERASGAN_HOME", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module", autouse=True)
def quick_collections():
    """What a file of tests leaves, mostly traced graphs, is not searched for garbage again."""
    yield
    gc.collect()
    gc.freeze()


NOISE = {"latent_dim": 8}
UNPAIRED = {
    "data": "avatars",
    "num_avatars": 40,
    "image_size": 32,
    "load_size": 36,
    "blocks": 1,
    "batch_size": 1,
}
# Beside these, fewer updates per step, which shorten the tracing.
OWN = {
    "gan": NOISE,
    "cgan": NOISE,
    "acgan": {**NOISE, "g_steps": 1},
    "wgan": {**NOISE, "critic_steps": 2},
    "wgan-gp": {**NOISE, "critic_steps": 2},
    "cwgan": {**NOISE, "critic_steps": 2},
    "cwgan-gp": {**NOISE, "critic_steps": 2},
    "r3gan": NOISE,
    "cyclegan": UNPAIRED,
    "cut": {**UNPAIRED, "num_patches": 16},
    "stargan": {"critic_steps": 1},
}


def tiny_config(model, **changes):
    return registry.config_class(model)(**{**TINY, **OWN[model], **changes})


@pytest.fixture
def tiny():
    return tiny_config("acgan")


def tiny_options(model="acgan", **changes):
    """The command-line options of the tiny config, without those whose value is None."""
    words = []
    for name, value in {**TINY, **OWN[model], **changes}.items():
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    return words


@pytest.fixture
def kerasgan():
    """Run a command line in this process and return its result."""
    from kerasgan.commands import cli

    def run(*words):
        return CliRunner(env=dict(os.environ)).invoke(cli, [str(word) for word in words])

    return run


@pytest.fixture(scope="session")
def painted(tmp_path_factory):
    """A run whose images have the colours of their labels, shared: copy it before changing it."""
    from tests import stubs

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("painted"))
        run = stubs.painted()
        return dataclasses.replace(run, path=run.path.absolute())


@pytest.fixture(scope="session")
def trained(tmp_path_factory, cache):
    """A run of two steps with checkpoints 1 and 2, shared: copy it before changing it."""
    from kerasgan.training import trainer

    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_CACHE", str(cache))
        config = tiny_config("acgan", steps=2, checkpoint_every=1, ema=0.5)
        return trainer.start(config, "report", "kerasgan train acgan", home / "run")


@pytest.fixture
def chromium():
    """A headless Chromium."""
    pytest.importorskip("playwright.sync_api", reason="needs the extra 'browser'")
    if screenshots.executable() is None:
        pytest.skip("needs Chromium, as `apt-get install chromium` installs it")
    with screenshots.browser() as chromium:
        yield chromium


@pytest.fixture
def browser(chromium):
    """A page of it, and the list of its requests."""
    page, requested = chromium.new_page(), []
    # Milliseconds; long, for busy machines.
    page.set_default_timeout(120_000)
    page.on("request", lambda request: requested.append(request.url))
    return page, requested
