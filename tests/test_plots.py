import numpy as np
import pytest
from PIL import Image

from kerasgan.reporting import panels, plots


def test_each_head_has_a_panel_with_both_players():
    columns = [
        "step", "seconds", "d_loss", "d_real", "d_fake", "d_hair", "d_accuracy_hair",
        "d_gradient_norm", "g_loss", "g_fool", "g_hair", "g_gradient_norm",
    ]  # fmt: skip
    assert panels.training(columns) == {
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
    assert panels.training(columns) == {
        "source loss, domain a": ["d_real_a", "d_fake_a", "g_fool_a"],
        "source loss, domain b": ["d_real_b", "g_fool_b"],
        "cycle loss": ["g_cycle_a", "g_cycle_b"],
        "identity loss": ["g_identity_a"],
        "total loss of each network": ["d_loss_a", "g_loss_b"],
        "total loss": ["d_loss", "g_loss"],
    }


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are saved, by file name."""
    figures, save = {}, plots._save

    def save_and_keep(figure, path):
        save(figure, path)
        figures[path.name] = figure

    monkeypatch.setattr(plots, "_save", save_and_keep)
    return figures


def curves(axis):
    return {line.get_label(): line.get_xydata().tolist() for line in axis.lines}


def test_metrics_are_read_and_drawn(tmp_path, drawn):
    (tmp_path / "metrics.csv").write_text(
        "step,d_loss,g_loss,d_gradient_norm,fid\n10,1.5,nan,3,9\n20,1.25,2,4,8\n"
    )
    metrics = plots.read_metrics(tmp_path / "metrics.csv")
    np.testing.assert_array_equal(metrics["d_loss"], [1.5, 1.25])
    plots.save_losses(metrics, tmp_path / "losses.png", "my run", steps_per_epoch=5)
    losses = drawn["losses.png"]
    total, norm, *empty = losses.axes
    assert (losses.get_suptitle(), total.get_title()) == ("my run", "total loss")
    assert curves(total) == {"d_loss": [[10, 1.5], [20, 1.25]], "g_loss": [[20, 2]]}
    assert curves(norm) == {"d_gradient_norm": [[10, 3], [20, 4]]}
    assert (total.get_yscale(), norm.get_yscale()) == ("linear", "log")
    assert "3" in [label.get_text() for label in norm.get_yticklabels(which="both")]
    assert not any(axis.axison for axis in empty)
    with Image.open(tmp_path / "losses.png") as image:
        # 15 x 4 inches at 80 dots per inch.
        assert image.size == (1200, 320)
        assert np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0).shape[0] > 100
    plots.save_evaluations(metrics, tmp_path / "evaluation.png", "my run")
    assert curves(drawn["evaluation.png"].axes[0]) == {"fid": [[10, 9], [20, 8]]}


def test_a_header_alone_has_no_rows(tmp_path):
    (tmp_path / "metrics.csv").write_text("step,d_loss\n")
    assert plots.read_metrics(tmp_path / "metrics.csv")["step"].size == 0
