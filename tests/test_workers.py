"""Several replicas train as one device with the same global batch."""

import signal
import socket
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.models import replicas
from kerasgan.training import waiting, workers
from tests import two_replicas
from tests.conftest import models, tiny_options
from tests.processes import KILLED, arrays, clusters, finish, rows, start


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        # Each of the squares in a norm has a rounding error.
        tolerance = 1e-4 if name.endswith("gradient_norm") else 1e-5
        np.testing.assert_allclose(found[name], value, rtol=tolerance, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("name", models("gan"))
def test_two_devices_train_as_one(name):
    alone = two_replicas.trained(two_replicas.config_of(name, "none"))
    assert_same(two_replicas.trained(two_replicas.config_of(name, "mirrored")), alone)


def together(*words):
    return [start(*words, TF_CONFIG=cluster) for cluster in clusters()]


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path):
    code = (
        "import runpy; runpy.run_module('tests.two_replicas', run_name='__main__', alter_sys=True)"
    )
    settings = {"code": code, "PYTHONPATH": str(two_replicas.ROOT)}
    workers = [start(tmp_path, "gan", TF_CONFIG=cluster, **settings) for cluster in clusters()]
    for worker in workers:
        finish(worker)
    alone = two_replicas.trained(two_replicas.config_of("gan", "none"))
    results = [dict(np.load(file)) for file in tmp_path.iterdir()]
    assert len(results) == 2
    for result in results:
        assert_same(result, alone)


@pytest.mark.slow
def test_a_lost_worker_ends_the_other_and_resuming_is_exact(tmp_path):
    options = (
        *tiny_options("gan", steps=6, ema=0.9),
        *("--deterministic", "--strategy", "multi-worker"),
    )
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    for worker in together("train", "gan", *options, "--out", straight):
        finish(worker)
    words = ("train", "gan", *options, "--out", broken)
    chief_cluster, other_cluster = clusters()
    chief = start(4, *words, code=KILLED, TF_CONFIG=chief_cluster)
    other = start(*words, TF_CONFIG=other_cluster)
    finish(chief, exit_code=-signal.SIGKILL)
    output = finish(other, exit_code=1)
    assert "lost another worker" in output
    assert f"restart all of them with: kerasgan resume {broken}" in output
    assert [path.name for path in (broken / "checkpoints").glob("step-*")] == ["step-000002.npz"]
    for worker in together("resume", broken):
        finish(worker)
    assert rows(broken) == rows(straight)
    expected, found = arrays(straight, 6), arrays(broken, 6)
    assert [key for key in expected if expected[key].tobytes() != found[key].tobytes()] == []


@pytest.mark.slow
def test_a_preempted_worker_stops_all_at_one_step_and_they_go_on_together(tmp_path):
    options = (*tiny_options("gan", ema=0.9, log_every=1), "--deterministic")
    options = (*options, "--checkpoint-every", 10**6, "--strategy", "multi-worker")
    broken, straight = tmp_path / "broken", tmp_path / "straight"
    chief, other = together("train", "gan", *options, "--steps", 10**6, "--out", broken)
    deadline = time.monotonic() + 120
    while not ((broken / "metrics.csv").exists() and rows(broken)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    other.send_signal(signal.SIGTERM)
    outputs = [finish(worker, exit_code=128 + signal.SIGTERM) for worker in (chief, other)]
    (checkpoint,) = (broken / "checkpoints").iterdir()
    step = int(checkpoint.stem[5:])
    for output in outputs:
        assert f"stopped at step {step} of 1000000; continue with: kerasgan resume" in output
    for worker in together("resume", broken, "--steps", step + 3):
        finish(worker)
    for worker in together("train", "gan", *options, "--steps", step + 3, "--out", straight):
        finish(worker)
    assert rows(broken) == rows(straight)
    expected, found = arrays(straight, step + 3), arrays(broken, step + 3)
    assert [key for key in expected if expected[key].tobytes() != found[key].tobytes()] == []


def test_replicas_have_dropout_masks_of_their_own():
    strategy = workers.strategy("mirrored")
    with strategy.scope():
        network = keras.Sequential([keras.Input((1000,)), keras.layers.Dropout(0.5, seed=1)])
    replicas.prepare(network, synchronize=False)
    first, second = strategy.run(lambda: network(tf.ones([1, 1000]), training=True)).values
    agreeing = np.mean((np.asarray(first) > 0) == (np.asarray(second) > 0))
    assert 0.4 < agreeing < 0.6


def test_a_batch_that_does_not_split_evenly_is_refused(kerasgan):
    options = tiny_options("gan", batch_size=3, strategy="mirrored")
    refused = kerasgan("train", "gan", *options)
    assert refused.exit_code == 2
    assert "batch-size must be a multiple of 2, the number of replicas; got 3" in refused.output


@pytest.mark.parametrize(
    ("tf_config", "message"),
    [
        ("", "needs TF_CONFIG"),
        ("{}", "needs TF_CONFIG"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}', "worker 1"),
        ('{"cluster": {"ps": ["a:1"]}, "task": {"type": "ps", "index": 0}}', "got task ps 0"),
    ],
)
def test_a_worker_without_a_valid_tf_config_is_refused(kerasgan, monkeypatch, tf_config, message):
    monkeypatch.setenv("TF_CONFIG", tf_config)
    refused = kerasgan("train", "gan", *tiny_options("gan", strategy="multi-worker"), "--out", "x")
    assert refused.exit_code == 2
    assert message in refused.output


def test_a_waiting_worker_names_those_that_do_not_answer(capfd):
    handler = signal.getsignal(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        here, silent = (f"127.0.0.1:{each.getsockname()[1]}" for each in (server, closed))
        with waiting.for_workers([here, silent, "nonsense"], seconds=0.1):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
            assert f"minutes: no answer from {silent}, nonsense" in first_line(capfd)
        with waiting.for_workers([here], seconds=0.1):
            assert "minutes: all of them answer" in first_line(capfd)
    assert signal.getsignal(signal.SIGTERM) is handler
    capfd.readouterr()
    time.sleep(0.3)
    assert capfd.readouterr().err == ""


def first_line(capfd):
    deadline = time.monotonic() + 60
    while not (line := capfd.readouterr().err):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return line


def test_several_machines_need_a_shared_folder(tmp_path):
    (cluster,) = clusters(workers=1)
    options = tiny_options("gan", strategy="multi-worker")
    output = finish(start("train", "gan", *options, TF_CONFIG=cluster), exit_code=2)
    assert "strategy multi-worker needs --out" in output
