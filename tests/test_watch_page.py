"""`kerasgan watch`, and its page in a real browser."""

import signal
import socket
from urllib.parse import urlparse

import pytest
from PIL import Image

from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, home, locks, sheets
from kerasgan.training.callbacks import append_event
from kerasgan.training.failure_signs import FailureSign
from kerasgan.utils import images
from tests.conftest import tiny_config
from tests.processes import finish, served, start

# A name that would run a script as markup.
HOSTILE = "<img src=x onerror=document.title='hacked'>"


def begin(**changes):
    """A run of a hundred steps that has made forty."""
    config = tiny_config("gan", steps=100, **changes)
    run = directory.create(config, LabelSchema(), "0123", "report", "kerasgan")
    run.metrics_file.write_text("step,seconds,d_loss,g_loss,score_auc\n")
    add_rows(run, 10, 20, 30, 40)
    add_sheet(run, 10, "red")
    add_sheet(run, 20, "lime")
    return run


def add_rows(run, *steps):
    with run.metrics_file.open("a") as file:
        file.writelines(f"{step},1.0,{1 / step},{step / 100},0.5\n" for step in steps)


def add_sheet(run, step, colour):
    images.save(Image.new("RGB", (60, 40), colour), sheets.file(run.samples, step))


@pytest.fixture
def server():
    """The address of a page, and its process."""
    process = start("watch", "--port", 0)
    with served(process) as address:
        yield address, process


def test_a_run_that_does_not_exist_is_refused_in_one_line(kerasgan):
    done = kerasgan("watch", "9")
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "no run '9'" in done.output


def test_a_port_that_is_taken_is_refused_in_one_line(kerasgan):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = kerasgan("watch", "--port", port)
    assert (done.exit_code, done.output) == (
        2,
        f"Error: port {port} cannot be used: address already in use; allowed: another --port\n",
    )


def test_a_browser_follows_a_training_and_compares_runs(browser, server):
    (page, requested), (address, process) = browser, server
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.goto(address)
    page.get_by_text("yet; train one with: kerasgan train").wait_for()
    other = begin(sigma=0.25)
    other = other.path.rename(home.folder() / f"0001-{HOSTILE}")
    run = begin(sigma=0.5)
    with locks.lock(run.path):
        page.reload()
        follow(page, run)
    zoom(page)
    compare(page, run.path, other)
    damage(page, run)
    assert_fits_a_telephone_and_the_night(page)
    assert errors == []
    assert {urlparse(url).hostname for url in requested if not url.startswith("data:")} == {
        "127.0.0.1"
    }
    process.send_signal(signal.SIGINT)
    said = finish(process, exit_code=130)
    assert said.endswith("interrupted\n")
    assert "Traceback" not in said


def chart(page, title):
    return page.locator("figure", has=page.locator("figcaption", has_text=title))


def values(page, title="total loss"):
    """The texts of a chart's legend."""
    return [text.split() for text in chart(page, title).locator("li").all_inner_texts()]


def shown_colour(page):
    """The colour in the middle of the sample sheet, once it is loaded."""
    image = page.locator("#sheets img").first
    image.evaluate("image => image.decode()")
    return tuple(
        image.evaluate(
            """image => {
              const context = document.createElement("canvas").getContext("2d");
              context.drawImage(image, 0, 0);
              return [...context.getImageData(30, 20, 1, 1).data].slice(0, 3);
            }"""
        )
    )


def follow(page, run):
    """The page shows the run in training, and then its new rows and sheets."""
    page.get_by_text("gan, training, step 40 of 100").wait_for()
    assert values(page) == [["d_loss", "0.025", "at", "40"], ["g_loss", "0.4", "at", "40"]]
    before = chart(page, "total loss").locator("path").first.get_attribute("d")
    assert before.count("L") == 3
    assert shown_colour(page) == (0, 255, 0)
    add_sheet(run, 50, "blue")
    sign = FailureSign("collapse", 0.1, 4, f"all alike {HOSTILE}", {"learning_rate": "lower"})
    append_event(run, 50, sign, ended_run=False)
    add_rows(run, 50)
    page.get_by_text("gan, training, step 50 of 100").wait_for()
    assert values(page)[1] == ["g_loss", "0.5", "at", "50"]
    assert chart(page, "total loss").locator("path").first.get_attribute("d").count("L") == 4
    assert shown_colour(page) == (0, 0, 255)
    assert HOSTILE in page.locator("#health").inner_text()
    page.get_by_role("slider", name="Step").press("Home")
    page.get_by_text(f"{run.path.name}, step 10", exact=True).wait_for()
    assert shown_colour(page) == (255, 0, 0)
    # The chosen step stays, whatever is new.
    add_sheet(run, 60, "blue")
    page.locator("#position[max='3']").wait_for()
    assert shown_colour(page) == (255, 0, 0)


def view(page):
    return [int(page.locator(f"#{name}").input_value()) for name in ("first", "last")]


def zoom(page):
    """Zoom with the mouse, the keyboard and the fields."""
    drawing = chart(page, "total loss").locator("> svg")
    assert view(page) == [10, 50]
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    left, width = box["x"] + 56, box["width"] - 68
    page.mouse.move(left + width * 0.26, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(left + width * 0.74, box["y"] + 90)
    page.mouse.up()
    assert view(page) == [20, 40]
    with page.expect_request("**/run?id=*&first=15&last=35"):
        drawing.press("ArrowLeft")
    assert view(page) == [15, 35]
    drawing.press("+")
    assert view(page) == [20, 30]
    drawing.press("Escape")
    assert view(page) == [10, 50]
    for name, step in (("From step", "30"), ("to", "999")):
        page.get_by_label(name, exact=True).fill(step)
        page.get_by_label(name, exact=True).press("Enter")
    assert view(page) == [30, 50]
    page.get_by_role("button", name="All steps").click()
    assert view(page) == [10, 50]


def compare(page, run, other):
    """Tick a second run, whose curves lie over those of the first."""
    box = page.get_by_role("checkbox").nth(1)
    box.focus()
    box.press("Space")
    page.locator("#curves figure:first-child path").nth(3).wait_for(state="attached")
    assert page.evaluate("document.activeElement.type") == "checkbox"
    assert {line[0] for line in values(page)} == {run.name, other.name.split()[0]}
    assert page.locator("#sheets img").count() == 2
    assert page.locator("#changes th").all_inner_texts()[1:3] == [
        f"{run.name} (report)",
        f"{other.name} (report)",
    ]
    row = page.locator("#changes tr", has_text="sigma").inner_text().split()
    assert row == ["sigma", "0.5", "report:", "1.0", "0.25", "report:", "1.0"]
    assert page.title() == "kerasgan watch"
    page.reload()
    page.locator("#sheets img").nth(1).wait_for()
    page.get_by_role("checkbox").nth(1).press("Space")
    page.locator("#sheets img").nth(1).wait_for(state="detached")


def damage(page, run):
    """A damaged file has a message; the rest of the page stays."""
    whole = run.metrics_file.read_text()
    run.metrics_file.write_text("step\n?\n")
    page.get_by_text("metrics.csv cannot be read: ValueError").wait_for()
    assert chart(page, "total loss").count() == 0
    assert shown_colour(page) == (0, 0, 255)
    sheets.file(run.samples, 60).write_bytes(b"no image")
    sheets.file(run.samples, 11).touch()
    page.get_by_text("step 60: this sheet cannot be shown").wait_for()
    run.metrics_file.write_text(whole)
    chart(page, "total loss").wait_for()


def assert_fits_a_telephone_and_the_night(page):
    colour = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) == "rgb(20, 24, 27)"
    page.set_viewport_size({"width": 375, "height": 700})
    page.get_by_text("All options").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
