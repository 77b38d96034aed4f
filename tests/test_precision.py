"""Half precision trains, in the right places, and skips what it cannot represent."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import kernels

from kerasgan import tasks
from kerasgan.models.player import Player
from kerasgan.runs import directory
from kerasgan.training import precision, trainer
from tests.conftest import models, tiny_config, tiny_options


@functools.cache
def trained(name, precision="bfloat16"):
    """A model after a step, and the graph of that step."""
    keras.utils.set_random_seed(0)
    config = tiny_config(name, precision=precision, ema=0.5)
    data = tasks.of(config).load().training
    model = trainer.build(config, data)
    batches = tasks.of(config).batches(data, model)
    step = tf.function(model.train_step, autograph=False)
    graph = step.get_concrete_function(batches.element_spec).graph
    step(next(iter(batches)))
    return model, graph


@pytest.mark.parametrize("name", models("cgan"))
def test_networks_compute_in_bfloat16_and_heads_and_weights_in_float32(name):
    model, _ = trained(name)
    assert int(model.failed_step) == 0
    assert all(np.isfinite(value) for value in model.record().values())
    for network in (model.discriminator, model.generator):
        layers = [layer for layer in network._flatten_layers() if hasattr(layer, "filters")]
        halved = {layer.name for layer in layers if layer.compute_dtype == "bfloat16"}
        assert halved
        assert not halved & {"image", "score", "source", "hair_map", "eyes_map", "colour"}
        assert {variable.dtype for variable in network.trainable_variables} == {"float32"}
        assert {output.dtype for output in network.outputs} == {"float32"}


@pytest.mark.slow
@pytest.mark.parametrize("name", models("acgan"))
def test_no_operation_of_a_step_lacks_a_kernel_for_gpus(name):
    """What has none falls back to the CPU, and waits for copies there and back."""
    if "GPU" not in {kernel.device_type for kernel in kernels_of("MatMul")}:
        pytest.skip("this TensorFlow was built without kernels for GPUs")
    graph = trained(name)[1].as_graph_def()
    nodes = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    assert len(nodes) > 500
    assert {node.op for node in nodes if not has_kernel_for_gpus(node)} == set()


def kernels_of(operation):
    return kernels.get_registered_kernels_for_op(operation).kernel


def has_kernel_for_gpus(node):
    return any(
        # The default ones run where the others do.
        kernel.device_type in ("GPU", "DEFAULT")
        and all(
            set(types_of(node.attr[limit.name])) <= set(limit.allowed_values.list.type)
            for limit in kernel.constraint
        )
        for kernel in kernels_of(node.op)
    )


def types_of(attribute):
    return attribute.list.type or [attribute.type]


def test_float16_skips_an_update_that_overflows_and_halves_its_scale():
    weight = keras.Variable([1.0])
    overflowing = tf.Variable(True)

    def losses(batch):
        factor = tf.where(overflowing, np.inf, 1.0)
        return {"g_term": 3 * tf.reduce_sum(weight.value) * factor}, {}

    optimizer = precision.optimizer("float16", keras.optimizers.SGD(0.1))
    side = Player("g", [weight], optimizer, losses, {})
    before = float(optimizer.dynamic_scale)
    overflowing.assign(True)
    side.update({})
    assert float(weight[0]) == 1.0
    assert float(optimizer.dynamic_scale) == before / 2
    overflowing.assign(False)
    side.means.reset()
    side.update({})
    assert float(weight[0]) == pytest.approx(1 - 0.1 * 3)
    assert side.means.result()["g_gradient_norm"] == pytest.approx(3)


@pytest.mark.parametrize("name", models("cgan"))
def test_float16_trains(name):
    model, _ = trained(name, "float16")
    assert int(model.failed_step) == 0


@pytest.fixture
def cpu(monkeypatch, tmp_path):
    """Set the flags of a CPU without a GPU."""
    cpus = tf.config.list_physical_devices("CPU")
    devices = {"GPU": [], "CPU": cpus, None: cpus}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: devices[kind])
    monkeypatch.setattr(precision, "_CPU_INFO", tmp_path / "cpuinfo")
    return lambda flags: (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags : {flags}\n")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx512f avx512_bf16 amx_tile", "bfloat16"),
        ("fpu amx_bf16", "bfloat16"),
        ("fpu avx2 avx512f avx512_vnni", "float32"),
    ],
)
def test_auto_is_bfloat16_on_cpus_with_units_for_it(cpu, flags, expected):
    cpu(flags)
    assert precision.resolved("auto") == expected
    assert precision.resolved("float16") == "float16"


def test_auto_is_float32_where_the_flags_are_unknown(cpu):
    assert precision.resolved("auto") == "float32"


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"device_name": "NVIDIA H200", "compute_capability": (9, 0)}, "bfloat16"),
        ({"device_name": "Tesla T4", "compute_capability": (7, 5)}, "float32"),
        ({}, "float32"),
    ],
)
def test_auto_is_bfloat16_on_gpus_with_units_for_it(monkeypatch, details, expected):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["the first"])
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", {"the first": details}.__getitem__
    )
    assert precision.resolved("auto") == expected


def test_a_run_stores_the_precision_that_auto_chose(kerasgan, tmp_path, cpu):
    cpu("amx_bf16")
    done = kerasgan("train", "gan", *tiny_options("gan", precision="auto"), "--out", "run")
    assert done.exit_code == 0, done.output
    assert directory.read(tmp_path / "run").config.precision == "bfloat16"
    assert kerasgan("sample", "--run", "run", "--out", "face.png").exit_code == 0
