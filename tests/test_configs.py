import dataclasses
import json

import pytest

from kerasgan import registry
from kerasgan.configs.acgan import ACGANConfig, head_weights
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.datasets.unpaired import avatar_indices
from kerasgan.utils.errors import InvalidInput


def test_the_default_weights_are_the_reports():
    weights = head_weights(ACGANConfig().loss_weights, ["hair", "eyes"])
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
    for preset, values in config.PRESETS.items():
        made = config.from_preset(preset)
        assert {name: getattr(made, name) for name in values} == values


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
    report_b = presets["cartoon-animation"]
    assert (report_b.pool_size, report_b.batch_size, report_b.identity_weight) == (100, 5, 0)
    assert report_b.pool_exchange == 1
    training, _ = avatar_indices("b", report_b.num_avatars, report_b.val_fraction)
    assert len(training) == 10_000
    # 30 epochs of 10,000 images, after each of which the rate changes.
    counted = report_b.counted(10_000)
    assert counted.schedule_steps * counted.batch_size == 30 * 10_000
    assert counted.schedule_interval == counted.steps_per_epoch
    rates = report_b.learning_rate, report_b.final_learning_rate
    assert rates[0] * 0.8**29 == pytest.approx(rates[1], rel=1e-12)
    assert presets["summer-winter"].identity_weight == 0
    maps = presets["maps"]
    assert (maps.blocks, maps.norm, maps.d_norm) == (6, "batch", "batch")


# The values of each preset that a paper, its code or a report states.
STATED = {
    # Radford et al. 2015, section 4 and figure 1; the length is of faces/train_uncond_dcgan.py.
    ("gan", "paper"): {
        "learning_rate": 2e-4,
        "beta_1": 0.5,
        "batch_size": 128,
        "latent_dim": 100,
        "image_size": 64,
        "width": 2.0,
        "loss": "bce",
        "d_steps": 1,
        "share_fakes": False,
        "steps": 34_179,
    },
    # Arjovsky et al. 2017, algorithm 1; the norm and the length are of the authors' main.py.
    ("wgan", "paper"): {
        "learning_rate": 5e-5,
        "clip": 0.01,
        "batch_size": 64,
        "critic_steps": 5,
        "critic_norm": "batch",
        "steps": 236_956,
    },
    # Gulrajani et al. 2017, algorithm 1; batch, noise and length are of their gan_64x64.py.
    ("wgan-gp", "paper"): {
        "optimizer": "adam",
        "learning_rate": 1e-4,
        "beta_1": 0.0,
        "beta_2": 0.9,
        "critic_steps": 5,
        "penalty_weight": 10.0,
        "critic_norm": "none",
        "share_fakes": False,
        "batch_size": 64,
        "latent_dim": 128,
        "steps": 200_000,
    },
    # Zhu et al. 2017, sections 4 and 5.2, appendix 7; beta_1, crops and exchange are of their code.
    ("cyclegan", "paper"): {
        "loss": "lsgan",
        "cycle_weight": 10.0,
        "identity_weight": 0.5,
        "d_ratio": 2.0,
        "pool_size": 50,
        "pool_exchange": 0.5,
        "batch_size": 1,
        "learning_rate": 2e-4,
        "beta_1": 0.5,
        "schedule": "linear",
        "final_learning_rate": 0.0,
        "image_size": 256,
        "load_size": 286,
        "blocks": 9,
        "norm": "instance",
        "d_norm": "instance",
        "upsample": "transpose",
        "antialias": False,
        "penalty_weight": 0.0,
    },
    # Choi et al. 2018, sections 3.1, 4, 5.2 and 5.3; the length is of the authors' main.py.
    ("stargan", "paper"): {
        "class_weight": 1.0,
        "reconstruction_weight": 10.0,
        "penalty_weight": 10.0,
        "critic_steps": 5,
        "batch_size": 16,
        "learning_rate": 1e-4,
        "beta_1": 0.5,
        "schedule": "linear",
        "final_learning_rate": 0.0,
        "mirror": True,
        "image_size": 128,
        "steps": 40_000,
    },
    # The course reports.
    ("gan", "report"): {
        "learning_rate": 2e-5,
        "beta_1": 0.5,
        "batch_size": 64,
        "latent_dim": 100,
        "image_size": 64,
        "width": 1.0,
        "loss": "bce",
        "d_steps": 1,
        "share_fakes": True,
        "num_avatars": 36_740,
        "val_fraction": 0.0,
        "epochs": 19,
    },
    ("cgan", "report"): {
        "learning_rate": 2e-5,
        "beta_1": 0.5,
        "batch_size": 64,
        "latent_dim": 100,
        "image_size": 64,
        "num_avatars": 36_740,
        "val_fraction": 0.0,
        "epochs": 43,
    },
    ("acgan", "report"): {
        "image_size": 96,
        "batch_size": 64,
        "steps": 30_000,
        "learning_rate": 2e-4,
        "beta_1": 0.5,
        "beta_2": 0.999,
        "sigma": 1.0,
        "d_steps": 1,
        "g_steps": 2,
        "share_fakes": False,
        "ema": 0.0,
        "val_fraction": 0.0,
    },
    ("wgan-gp", "report"): {
        "optimizer": "rmsprop",
        "learning_rate": 2e-4,
        "critic_steps": 1,
        "penalty_weight": 10.0,
        "critic_norm": "batch",
        "share_fakes": True,
        "batch_size": 64,
        "num_avatars": 36_740,
        "val_fraction": 0.0,
        "epochs": 3,
    },
    ("cwgan", "report"): {
        "learning_rate": 2e-4,
        "clip": 0.01,
        "critic_steps": 5,
        "batch_size": 64,
        "val_fraction": 0.0,
        "epochs": 230,
    },
    ("cwgan-gp", "report"): {
        "learning_rate": 2e-4,
        "mismatch": "max",
        "penalty_weight": 10.0,
        "critic_steps": 5,
        "batch_size": 64,
        "val_fraction": 0.0,
        "epochs": 230,
    },
    ("stargan", "report"): {
        "data": "tfds:celeb_a",
        "labels": ("Black_Hair", "Male", "Young", "Mustache"),
        "val_fraction": 0.0,
    },
}


@pytest.mark.parametrize(("model", "preset"), STATED)
def test_a_preset_has_the_values_of_its_paper_or_report(model, preset):
    kind, stated = registry.config_class(model), STATED[model, preset]
    config = kind.from_preset(preset)
    assert {name: getattr(config, name) for name in stated} == stated
    # And changes no default without a source.
    assert kind.PRESETS[preset].keys() <= stated.keys()


def test_a_square_larger_than_the_image_is_refused():
    with pytest.raises(InvalidInput, match="load-size is 64; it must be at least image-size 256"):
        CycleGANConfig(load_size=64)
    quick = CycleGANConfig.from_preset("quick")
    assert dataclasses.replace(quick, load_size=quick.image_size)


@pytest.mark.parametrize(("d_steps", "steps"), [(1, 3 * 25), (3, 3 * 9)])
def test_an_epoch_has_the_steps_that_see_every_image(d_steps, steps):
    config = ACGANConfig(epochs=3, batch_size=4, d_steps=d_steps).counted(99)
    assert config.steps == steps
    assert config.schedule_steps == steps
    of_epoch = config.steps_per_epoch
    assert [config.epoch_of(step) for step in (1, of_epoch, of_epoch + 1, steps)] == [1, 1, 2, 3]


def test_steps_take_the_place_of_a_presets_epochs_and_epochs_that_of_its_steps():
    gan = registry.config_class("gan")
    assert gan.from_preset("report").epochs == 19
    of_steps = gan.from_preset("report", steps=7)
    assert (of_steps.epochs, of_steps.steps, of_steps.epoch_of(7)) == (0, 7, 0)
    quick = gan.from_preset("quick", epochs=2).counted(8000)
    assert quick.steps == 2 * 250
    assert quick.with_options(steps=7).epochs == 0
    with pytest.raises(InvalidInput, match="steps and epochs exclude one another"):
        quick.check_applicable(["epochs", "steps"])


@pytest.mark.parametrize(
    ("trained_on", "held_out", "data", "expected"),
    [
        ("avatars", 0.0, None, ("avatars", 0.1)),
        ("avatars", 0.2, None, ("avatars", 0.2)),
        ("/faces", 0.0, "/others", ("/others", 0.1)),
        ("/faces", 0.2, "/others", ("/others", 0.2)),
        # Its own images are those that it has seen.
        ("/faces", 0.0, "/faces", ("/faces", 0.0)),
        ("/faces", 0.0, None, ("/faces", 0.0)),
    ],
)
def test_a_run_that_held_nothing_out_is_judged_by_images_it_has_not_seen(
    trained_on, held_out, data, expected
):
    config = ACGANConfig(data=trained_on, val_fraction=held_out).evaluated_on(data)
    assert (config.data, config.val_fraction) == expected


@pytest.mark.parametrize(
    ("model", "preset", "images", "steps"),
    [("cwgan-gp", "report", 8000, 230 * 25), ("cyclegan", "maps", 1096, 219_200)],
)
def test_the_epochs_of_reports_count_batches_of_real_images(model, preset, images, steps):
    config = registry.config_class(model).from_preset(preset)
    assert config.counted(images).steps == steps
