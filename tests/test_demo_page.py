"""`kerasgan demo`, and the page in a real browser."""

import io
import re
import signal
import socket
from importlib.util import find_spec
from urllib.parse import urlparse

import pytest
from PIL import Image

from tests import stubs
from tests.processes import finish, start

with_gradio = pytest.mark.skipif(find_spec("gradio") is None, reason="needs the extra 'demo'")

# Prints the address of every connection to standard error.
WATCHED = """
import sys

def tell(event, arguments):
    if event == "socket.connect":
        print("connects to", arguments[1], file=sys.stderr)

sys.addaudithook(tell)
from kerasgan.commands import cli
cli(sys.argv[1:])
"""


@pytest.fixture
def server(tmp_path):
    """The address of a page with the bundled runs only, and its process."""
    files = tmp_path / "temporary"
    files.mkdir()
    process = start("demo", "--port", 0, code=WATCHED, TMPDIR=str(files))
    said = process.stdout.readline()
    address = re.fullmatch(
        r"page: (http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}) \(Ctrl-C ends it\)\n", said
    )
    if address is None:
        finish(process)
    yield address[1], process
    process.kill()
    process.communicate()


def test_without_the_extra_the_command_says_how_to_get_it(kerasgan, monkeypatch):
    monkeypatch.setattr("kerasgan.commands.demo.find_spec", lambda name: None)
    done = kerasgan("demo")
    assert (done.exit_code, done.output) == (
        2,
        "Error: kerasgan demo needs Gradio: pip install 'kerasgan[demo]'\n",
    )


@with_gradio
def test_a_run_that_is_not_there_is_refused_in_one_line(kerasgan):
    done = kerasgan("demo", "--run", "9")
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "no run '9'" in done.output


@with_gradio
def test_a_port_that_is_taken_is_refused_in_one_line(kerasgan):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = kerasgan("demo", "--port", port)
    assert (done.exit_code, done.output) == (
        2,
        f"Error: port {port} cannot be used: address already in use; allowed: another --port\n",
    )


@pytest.mark.slow
@with_gradio
def test_a_browser_plays_with_it_and_nothing_leaves_the_machine(browser, server, tmp_path):
    (page, requested), (address, process) = browser, server
    page.goto(address)
    _generate_bundled(page)
    stubs.painted()
    stubs.made("cgan", stubs.FEW_PAIRS)
    stubs.recoloured()
    page.reload()
    _generate(page)
    _translate(page, tmp_path)
    assert {urlparse(url).hostname for url in requested} == {"127.0.0.1"}
    process.send_signal(signal.SIGINT)
    said = finish(process, exit_code=130)
    assert "connects to" not in said
    assert "Traceback" not in said
    assert said.endswith("interrupted\n")
    assert list((tmp_path / "temporary").iterdir()) == []


def _find_image(page, name, before=None):
    """The visible image with this name and its source, once that differs from `before`."""
    element = page.locator(f"img[alt='{name}']:not([src='{before}'])").locator("visible=true")
    element.wait_for()
    source = element.get_attribute("src")
    with Image.open(io.BytesIO(page.request.get(source).body())) as image:
        return image.convert("RGB"), source


def _choose(page, label, value):
    box = page.get_by_label(label, exact=True).locator("visible=true")
    box.click()
    options = page.locator(f"#{box.get_attribute('aria-controls')}")
    options.get_by_role("option", name=value).click()


def _expect_message(page, message):
    """Wait for a message and close it."""
    page.get_by_text(message).wait_for()
    page.get_by_label("Close").locator("visible=true").first.click()


def _generate_bundled(page):
    """Generate images with the bundled r3gan, 64x64 pixels each, with hair above the eyes."""
    _, source = _find_image(page, "Images")
    _choose(page, "hair", "blue")
    _choose(page, "eyes", "red")
    page.get_by_role("button", name="Generate", exact=True).click()
    faces, _ = _find_image(page, "Images", source)
    assert stubs.seen(faces.crop((20, 8, 44, 24))) == "blue"


def _generate(page):
    _, source = _find_image(page, "Images")
    _choose(page, "eyes", "red")
    page.get_by_role("button", name="Generate", exact=True).click()
    _expect_message(page, "no image has hair=red, eyes=red; near combinations: hair=red, eyes=blue")

    _choose(page, "Run", "0001-acgan")
    _, source = _find_image(page, "Images", source)
    _choose(page, "hair", "blue")
    _choose(page, "eyes", "red")
    page.get_by_role("button", name="Generate", exact=True).click()
    image, _ = _find_image(page, "Images", source)
    assert stubs.seen(image.crop((0, 0, 64, 32))) == "blue"
    assert stubs.seen(image.crop((0, 32, 64, 64))) == "red"
    with page.expect_download() as download:
        page.get_by_label("Download").locator("visible=true").click()
    with Image.open(download.value.path()) as kept:
        assert (kept.format, kept.size) == ("PNG", image.size)

    page.get_by_role("tab", name="Interpolation").click()
    _, source = _find_image(page, "Image between two seeds")
    page.get_by_label("Second seed").fill("3")
    _, source = _find_image(page, "Image between two seeds", source)
    page.get_by_label("range slider for Position between the two seeds").fill("0.9")
    _find_image(page, "Image between two seeds", source)
    page.get_by_role("tab", name="Sheet").click()
    sheet, _ = _find_image(page, "One label by another")
    corner = sheet.crop((sheet.width - 66, sheet.height - 66, sheet.width, sheet.height - 34))
    assert stubs.seen(corner) == "blue"


def _translate(page, folder):
    page.get_by_role("tab", name="Translate").click()
    for direction, colour in (("animation to cartoon", "blue"), ("cartoon to animation", "red")):
        _, source = _find_image(page, "Translated")
        page.get_by_label(direction).check()
        translated, source = _find_image(page, "Translated", source)
        assert stubs.seen(translated) == colour
    stubs.write_bad_files(folder)
    for name, message in stubs.BAD_FILES.items():
        _upload(page, folder / name)
        _expect_message(page, message)
    _upload(page, folder / "whole.png")
    original, _ = _find_image(page, "Original")
    assert original.size == (32, 32)
    assert stubs.seen(_find_image(page, "Translated", source)[0]) == "red"
    assert stubs.seen(_find_image(page, "And back")[0]) == "blue"


def _upload(page, file):
    page.get_by_label("Clear").locator("visible=true").first.click()
    page.locator("input[type=file]").set_input_files(file)
