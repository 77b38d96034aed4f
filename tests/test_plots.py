import numpy as np
from PIL import Image

from kerasgan.reporting import plots


def test_each_head_has_a_panel_with_both_players():
    columns = [
        "step", "seconds", "d_loss", "d_real", "d_fake", "d_hair", "d_accuracy_hair",
        "d_gradient_norm", "g_loss", "g_fool", "g_hair", "g_gradient_norm",
    ]  # fmt: skip
    assert plots.panels(columns) == {
        "source loss": ["d_real", "d_fake", "g_fool"],
        "hair loss": ["d_hair", "g_hair"],
        "total loss": ["d_loss", "g_loss"],
        "accuracy": ["d_accuracy_hair"],
        "gradient norm": ["d_gradient_norm", "g_gradient_norm"],
    }


def test_domains_have_panels_of_their_own():
    columns = [
        "d_loss", "d_real_a", "d_real_b", "d_fake_a", "d_loss_a", "g_loss", "g_fool_a", "g_fool_b",
        "g_cycle_a", "g_cycle_b", "g_identity_a", "g_loss_b",
    ]  # fmt: skip
    assert plots.panels(columns) == {
        "source loss, domain a": ["d_real_a", "d_fake_a", "g_fool_a"],
        "source loss, domain b": ["d_real_b", "g_fool_b"],
        "cycle loss": ["g_cycle_a", "g_cycle_b"],
        "identity loss": ["g_identity_a"],
        "total loss of each network": ["d_loss_a", "g_loss_b"],
        "total loss": ["d_loss", "g_loss"],
    }


def test_metrics_are_read_and_drawn(tmp_path):
    (tmp_path / "metrics.csv").write_text("step,d_loss,g_loss\n10,1.5,nan\n20,1.25,2\n")
    metrics = plots.read_metrics(tmp_path / "metrics.csv")
    np.testing.assert_array_equal(metrics["d_loss"], [1.5, 1.25])
    plots.save_losses(metrics, tmp_path / "losses.png", "run", steps_per_epoch=5)
    with Image.open(tmp_path / "losses.png") as image:
        assert min(image.size) > 100


def test_a_header_alone_has_no_rows(tmp_path):
    (tmp_path / "metrics.csv").write_text("step,d_loss\n")
    assert plots.read_metrics(tmp_path / "metrics.csv")["step"].size == 0
