import dataclasses
import json

import pytest

from kerasgan import registry
from kerasgan.configs.acgan import ACGANConfig, head_weights
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.configs.stargan import StarGANConfig
from kerasgan.datasets.unpaired import avatar_indices
from kerasgan.utils.errors import InvalidInput


def test_the_defaults_are_the_reports():
    config = ACGANConfig()
    assert (config.image_size, config.batch_size, config.steps) == (96, 64, 30_000)
    assert (config.learning_rate, config.beta_1, config.sigma) == (2e-4, 0.5, 1.0)
    assert (config.d_steps, config.g_steps, config.ema) == (1, 2, 0.0)
    weights = head_weights(config.loss_weights, ["hair", "eyes"])
    assert tuple(weights.values()) == (1.0, 0.3, 0.35)


def test_an_option_beats_the_preset_and_the_preset_the_default():
    config = ACGANConfig.from_preset("quick", ema=0.5)
    assert config.ema == 0.5
    assert config.image_size == ACGANConfig.PRESETS["quick"]["image_size"] != 96
    assert config.d_steps == 1


def test_an_unknown_preset_is_refused():
    with pytest.raises(InvalidInput, match="unknown preset 'slow'; allowed: report, quick"):
        ACGANConfig.from_preset("slow")


@pytest.mark.parametrize("config", [registry.config_class(name) for name in registry.names()])
def test_every_preset_can_be_made(config):
    for preset in config.PRESETS:
        config.from_preset(preset)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("sigma", -1.0, "at least 0"),
        ("sigma", float("nan"), "at least 0"),
        ("sigma", float("inf"), "finite"),
        ("loss_weights", (1.0, -0.3, 0.35), "at least 0"),
        ("steps", 0, "at least 1"),
        ("image_size", 40, "a multiple of 16, at least 16"),
        ("image_size", 0, "at least 16"),
        ("image_size", (16, 40), r"16x40 \(height x width\); each side must be .*, at least 16"),
        ("width", 0.0, "above 0"),
        ("ema", 1.0, "below 1"),
        ("seed", 2**32, "below 4294967296"),
        ("learning_rate", 0.0, "above 0"),
        ("generator_activation", "gelu", "relu, leaky_relu"),
    ],
)
def test_impossible_values_are_refused_by_name(field, value, allowed):
    with pytest.raises(InvalidInput, match=f"^{field.replace('_', '-')} is .*{allowed}$"):
        ACGANConfig(**{field: value})


def test_json_and_back():
    config = ACGANConfig(loss_weights=(1.0, "eyes=0.2"), sigma=0.5)
    assert ACGANConfig.from_json(json.loads(json.dumps(dataclasses.asdict(config)))) == config


def test_json_without_every_field_is_refused():
    fields = dataclasses.asdict(ACGANConfig())
    del fields["sigma"], fields["tensorboard"]
    with pytest.raises(InvalidInput, match="missing or unknown fields: sigma, tensorboard"):
        ACGANConfig.from_json(fields)


@pytest.mark.parametrize("change", [{"colour": 1}, {"sigma": None}])
def test_json_of_something_else_is_refused(change):
    with pytest.raises(InvalidInput, match=r"colour|sigma is None; allowed: a number"):
        ACGANConfig.from_json({**dataclasses.asdict(ACGANConfig()), **change})


def test_cyclegans_presets_are_the_reports():
    presets = {name: CycleGANConfig.from_preset(name) for name in CycleGANConfig.PRESETS}
    paper = presets["paper"]
    assert (paper.loss, paper.cycle_weight, paper.d_ratio) == ("lsgan", 10, 2)
    assert (paper.pool_size, paper.batch_size, paper.learning_rate) == (50, 1, 2e-4)
    report_b = presets["cartoon-animation"]
    assert (report_b.pool_size, report_b.batch_size, report_b.identity_weight) == (100, 5, 0)
    assert report_b.pool_exchange == 1
    training, _ = avatar_indices("b", report_b.num_avatars, report_b.val_fraction)
    assert len(training) == 10_000
    # 30 epochs of 10,000 images.
    assert report_b.schedule_steps * report_b.batch_size == 30 * 10_000
    rates = report_b.learning_rate, report_b.final_learning_rate
    assert rates[0] * 0.8**29 == pytest.approx(rates[1], rel=1e-12)
    assert presets["summer-winter"].identity_weight == 0
    assert (presets["maps"].blocks, presets["maps"].norm) == (6, "batch")


def test_a_square_larger_than_the_picture_is_refused():
    with pytest.raises(InvalidInput, match="load-size is 64; it must be at least image-size 256"):
        CycleGANConfig(load_size=64)
    quick = CycleGANConfig.from_preset("quick")
    assert dataclasses.replace(quick, load_size=quick.image_size)


def test_stargans_defaults_are_the_papers():
    config = StarGANConfig()
    assert (config.class_weight, config.reconstruction_weight, config.penalty_weight) == (1, 10, 10)
    assert (config.critic_steps, config.learning_rate, config.batch_size) == (5, 1e-4, 16)
    assert (config.schedule, config.final_learning_rate) == ("linear", 0)
    assert all(StarGANConfig.from_preset(preset) for preset in StarGANConfig.PRESETS)
