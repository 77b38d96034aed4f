"""Every term of each paper's losses, with networks that are known in closed form."""

import numpy as np
import pytest

from tests.known_networks import (
    AUGMENTATION,
    class_logits,
    generate,
    gradient,
    gradient_norm,
    known,
    score,
)


def floats(values):
    return {name: float(value) for name, value in values.items() if not isinstance(value, tuple)}


def shares(metrics):
    """Weighted metrics as the shares that they are."""
    return {
        name: float(np.sum(values[0] * values[1]) / np.sum(values[1]))
        for name, values in metrics.items()
        if isinstance(values, tuple)
    }


def softplus(x):
    return np.logaddexp(0, np.asarray(x, "float64"))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def distance(images):
    """Root mean squared difference over all pairs of images."""
    images = np.asarray(images, "float64")
    pairs = [(a - b) ** 2 for i, a in enumerate(images) for b in images[:i]]
    return np.sqrt(np.mean(pairs))


def cross_entropy(logits, labels):
    logits, labels = np.asarray(logits, "float64"), np.asarray(labels)
    return np.mean(np.log(np.exp(logits).sum(-1)) - (logits * labels).sum(-1))


def assert_terms(values, expected):
    assert floats(values) == pytest.approx(expected, rel=1e-4)


def interpolated(update, fakes):
    alpha = np.asarray(update["alpha"])[:, :, None, None]
    return alpha * np.asarray(update["image"]) + (1 - alpha) * np.asarray(fakes)


@pytest.mark.parametrize("name", ["wgan", "wgan-gp", "cwgan"])
def test_wasserstein_critics(name):
    model, update, g_update = known(name, **({"penalty_weight": 7.0} if name == "wgan-gp" else {}))
    image, labels = update["image"], update.get("labels", {})
    fakes = generate({"noise": update["noise"], **labels}) + AUGMENTATION
    shared = [] if name == "cwgan" else [model.generate(update)]
    losses, metrics = model.discriminator_losses(update, *shared)
    real, fake = score(image, labels), score(fakes, labels)
    expected = {"d_real": -real.mean(), "d_fake": fake.mean()}
    means = {
        "d_wasserstein": real.mean() - fake.mean(),
        "d_distance_real": distance(image),
        "d_distance_fake": distance(fakes),
    }
    if name == "wgan-gp":
        norms = gradient_norm(interpolated(update, fakes))
        expected["d_penalty"] = 7.0 * np.mean((norms - 1) ** 2)
        means["d_critic_gradient"] = norms.mean()
    assert_terms(losses, expected)
    assert_terms(metrics, means)
    assert shares(metrics) == {"d_accuracy_real": np.mean(real > fake)}

    labels = g_update.get("labels", {})
    fakes = generate({"noise": g_update["noise"], **labels}) + AUGMENTATION
    shared = [] if name == "cwgan" else [fakes]
    losses, metrics = model.generator_losses(g_update, *shared)
    assert_terms(losses, {"g_fool": -score(fakes, labels).mean()})
    assert metrics == {}
    assert all(model.discriminator.trainings)


@pytest.mark.parametrize("mismatch", ["max", "mean"])
def test_the_matching_aware_critic(mismatch):
    model, update, g_update = known("cwgan-gp", mismatch=mismatch, penalty_weight=7.0)
    image, labels, wrong = update["image"], update["labels"], update["mismatched_labels"]
    fakes = generate({"noise": update["noise"], **labels}) + AUGMENTATION
    losses, metrics = model.discriminator_losses(update)
    real, fake, mismatched = score(image, labels), score(fakes, labels), score(image, wrong)
    joined = np.maximum(fake, mismatched) if mismatch == "max" else (fake + mismatched) / 2
    # Under the image's own labels: the gradient's norm is another one under others.
    norms = gradient_norm(interpolated(update, fakes), labels)
    penalty = 7.0 * np.mean((norms - 1) ** 2)
    assert_terms(losses, {"d_real": -real.mean(), "d_fake": joined.mean(), "d_penalty": penalty})
    assert_terms(
        metrics,
        {
            "d_wasserstein": real.mean() - fake.mean(),
            "d_mismatch": real.mean() - mismatched.mean(),
            "d_critic_gradient": norms.mean(),
            "d_distance_real": distance(image),
            "d_distance_fake": distance(fakes),
        },
    )
    assert shares(metrics) == {"d_accuracy_real": np.mean(real > fake)}
    fakes = generate({"noise": g_update["noise"], **g_update["labels"]}) + AUGMENTATION
    losses, _ = model.generator_losses(g_update)
    assert_terms(losses, {"g_fool": -score(fakes, g_update["labels"]).mean()})
    assert all(model.discriminator.trainings)


@pytest.mark.parametrize("loss", ["bce", "lsgan"])
def test_gan(loss):
    model, update, _ = known("gan", loss=loss, label_noise=True)
    fakes = generate({"noise": update["noise"]}) + AUGMENTATION
    losses, metrics = model.discriminator_losses(update, model.generate(update))
    real, fake = score(update["image"]), score(fakes)
    real_target, fake_target = (
        np.asarray(update[name], "float64")[:, 0] for name in ("real_target", "fake_target")
    )

    def term(scores, target):
        if loss == "lsgan":
            return np.mean((scores - target) ** 2)
        return np.mean(softplus(scores) - target * scores)

    assert_terms(losses, {"d_real": term(real, real_target), "d_fake": term(fake, fake_target)})
    if loss == "bce":
        real, fake, logits = sigmoid(real), sigmoid(fake), fake
    else:
        logits = fake
    assert_terms(
        metrics,
        {
            "d_score_real": real.mean(),
            "d_score_fake": fake.mean(),
            "d_distance_real": distance(update["image"]),
            "d_distance_fake": distance(fakes),
        },
    )
    assert shares(metrics) == {
        "d_accuracy_real": np.mean(real > 0.5),
        "d_accuracy_fake": np.mean(fake <= 0.5),
    }
    losses, metrics = model.generator_losses(update, fakes)
    assert_terms(losses, {"g_fool": term(logits, real_target)})
    assert_terms(metrics, {"g_score_fake": fake.mean()})
    assert all(model.discriminator.trainings)


def test_cgan():
    model, update, _ = known("cgan")
    image = update["image"]
    own = {"combination": update["combination"]}
    wanted = {"combination": update["fake_combination"]}
    fakes = generate({"noise": update["noise"], **wanted}) + AUGMENTATION
    losses, metrics = model.discriminator_losses(update, model.generate(update))
    real, fake = score(image, own), score(fakes, wanted)
    assert_terms(losses, {"d_real": softplus(-real).mean(), "d_fake": softplus(fake).mean()})
    assert_terms(
        metrics,
        {
            "d_score_real": sigmoid(real).mean(),
            "d_score_fake": sigmoid(fake).mean(),
            "d_distance_real": distance(image),
            "d_distance_fake": distance(fakes),
        },
    )
    assert shares(metrics) == {
        "d_accuracy_real": np.mean(real > 0),
        "d_accuracy_fake": np.mean(fake <= 0),
    }
    losses, metrics = model.generator_losses(update, fakes)
    assert_terms(losses, {"g_fool": softplus(-fake).mean()})
    assert_terms(metrics, {"g_score_fake": sigmoid(fake).mean()})
    assert all(model.discriminator.trainings)


def test_acgan():
    # A quarter of eight images: two, of each kind.
    model, update, _ = known(
        "acgan", heads=True, batch_size=8, d_norm="none", penalty_weight=3.0,
        loss_weights=(2.0, 0.3, 0.4), share_fakes=True,
    )  # fmt: skip
    image, labels, wanted = update["image"], update["labels"], update["fake_labels"]
    fakes = generate({"noise": update["noise"], **wanted}) + AUGMENTATION
    losses, metrics = model.discriminator_losses(update, model.generate(update))
    real, fake, logits = score(image), score(fakes), class_logits(image)
    squared = [np.mean(gradient_norm(images[:2]) ** 2) for images in (image, fakes)]
    weights = {"hair": 0.3, "eyes": 0.4}
    expected = {f"d_{k}": weights[k] * cross_entropy(logits[k], labels[k]) for k in labels}
    expected |= {"d_real": 2 * softplus(-real).mean(), "d_fake": 2 * softplus(fake).mean()}
    assert_terms(losses, {**expected, "d_penalty": 3.0 / 2 * sum(squared)})
    assert_terms(metrics, {"d_distance_real": distance(image), "d_distance_fake": distance(fakes)})
    assert shares(metrics) == {
        "d_accuracy_real": np.mean(real > 0),
        "d_accuracy_fake": np.mean(fake <= 0),
        **{f"d_accuracy_{k}": correct(logits[k], labels[k]) for k in labels},
    }
    losses, _ = model.generator_losses(update, fakes)
    logits = class_logits(fakes)
    expected = {f"g_{k}": weights[k] * cross_entropy(logits[k], wanted[k]) for k in wanted}
    assert_terms(losses, {**expected, "g_fool": 2 * softplus(-fake).mean()})
    assert all(model.discriminator.trainings)


def correct(logits, labels):
    return np.mean(np.argmax(logits, -1) == np.argmax(labels, -1))


def projected(images, labels):
    """`score` plus the logit of each image's labels."""
    logits = class_logits(images)
    return score(images) + sum(np.sum(logits[k] * labels[k], axis=-1) for k in labels)


def assert_accuracies_of_pairs(metrics, real, fake, logits, labels):
    """Shares of real scores above those of the fakes beside them, and of labels read right."""
    assert shares(metrics) == {
        "d_accuracy_real": np.mean(real > fake),
        **{f"d_accuracy_{k}": correct(logits[k], labels[k]) for k in labels},
    }


def test_r3gan():
    model, update, _ = known(
        "r3gan", heads=True, batch_size=8, class_weight=0.2, penalty_weight=3.0, penalty_share=0.5
    )
    image, labels = update["image"], update["labels"]
    fakes = generate({"noise": update["noise"], **labels}) + AUGMENTATION
    losses, metrics = model.discriminator_losses(update, model.generate(update))
    real, fake, logits = projected(image, labels), projected(fakes, labels), class_logits(image)
    squared = {}
    for name, images in (("d_r1", image), ("d_r2", fakes)):
        # The logit of each label is a pixel, whose gradient is 1.
        gradients = gradient(images).reshape(8, 48)
        gradients[:, :3] += labels["hair"]
        gradients[:, -2:] += labels["eyes"]
        # Half of the batch, a multiple of the group of four.
        squared[name] = np.mean((gradients[:4] ** 2).sum(-1))
    expected = {f"d_{k}": 0.2 * cross_entropy(logits[k], labels[k]) for k in labels}
    expected["d_relativistic"] = softplus(fake - real).mean()
    assert_terms(losses, {**expected, "d_penalty": 3.0 / 2 * sum(squared.values())})
    assert_terms(
        metrics,
        {
            **squared,
            "d_score_real": real.mean(),
            "d_score_fake": fake.mean(),
            "d_distance_real": distance(image),
            "d_distance_fake": distance(fakes),
        },
    )
    assert_accuracies_of_pairs(metrics, real, fake, logits, labels)
    losses, metrics = model.generator_losses(update, fakes)
    assert_terms(losses, {"g_relativistic": softplus(real - fake).mean()})
    assert_terms(metrics, {"g_score_fake": fake.mean()})
    assert all(model.discriminator.trainings)


def test_stargan():
    model, update, _ = known(
        "stargan", heads=True, class_weight=0.5, penalty_weight=7.0, reconstruction_weight=3.0
    )
    update["real_augmentation"] = 0.5
    labels, target = update["labels"], update["target"]
    edited = generate({"image": update["image"], **target})
    image, fakes = update["image"] + 0.5, edited + AUGMENTATION
    losses, metrics = model.discriminator_losses(update, model.generate(update))
    real, fake, logits = score(image), score(fakes), class_logits(image)
    norms = gradient_norm(interpolated({**update, "image": image}, fakes))
    expected = {f"d_{k}": 0.5 * cross_entropy(logits[k], labels[k]) for k in labels}
    expected |= {"d_real": -real.mean(), "d_fake": fake.mean()}
    assert_terms(losses, {**expected, "d_penalty": 7.0 * np.mean((norms - 1) ** 2)})
    assert_terms(
        metrics,
        {
            "d_wasserstein": real.mean() - fake.mean(),
            "d_critic_gradient": norms.mean(),
            "d_distance_real": distance(image),
            "d_distance_fake": distance(fakes),
        },
    )
    assert_accuracies_of_pairs(metrics, real, fake, logits, labels)
    losses, _ = model.generator_losses(update, edited)
    rebuilt, logits = generate({"image": edited, **labels}), class_logits(fakes)
    expected = {f"g_{k}": 0.5 * cross_entropy(logits[k], target[k]) for k in target}
    expected["g_reconstruction"] = 3.0 * np.abs(rebuilt - update["image"]).mean()
    assert_terms(losses, {**expected, "g_fool": -fake.mean()})
    assert all(model.discriminator.trainings)


@pytest.mark.parametrize(
    "name", ["gan", "cgan", "wgan", "wgan-gp", "cwgan", "cwgan-gp", "acgan", "r3gan"]
)
def test_scores_of_real_images_are_in_inference(name):
    model, update, _ = known(name, heads=name in ("acgan", "r3gan"))
    image, labels = update["image"], {}
    if name in ("cwgan", "cwgan-gp"):
        labels = update["labels"]
    elif name == "cgan":
        labels = {"combination": update["combination"]}
    expected = projected(image, update["labels"]) if name == "r3gan" else score(image, labels)
    np.testing.assert_allclose(np.reshape(model.real_scores(update), -1), expected, rtol=1e-4)
    assert model.discriminator.trainings == [False]
