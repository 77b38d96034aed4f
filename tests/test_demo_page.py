"""`kerasgan demo`, and the page in a real browser."""

import io
import signal
import socket
import zipfile
from importlib.util import find_spec
from urllib.parse import urlparse

import pytest
from PIL import Image

from docs import screenshots
from tests import stubs
from tests.processes import finish, served, start

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
FIRST, ORIGINAL, TRANSLATED, BACK, WALK, SHEET = (
    "[aria-label='Thumbnail 1 of 16'] img",
    ":nth-match(img[data-testid='imageslider-image'], 1)",
    ":nth-match(img[data-testid='imageslider-image'], 2)",
    "img[alt='And back']",
    "img[alt='Walk']",
    "img[alt='One label by another']",
)


@pytest.fixture
def server(tmp_path):
    """The address of a page with the bundled runs only, and its process."""
    files = tmp_path / "temporary"
    files.mkdir()
    process = start("demo", "--port", 0, code=WATCHED, TMPDIR=str(files))
    with served(process) as address:
        yield address, process


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
def test_a_browser_plays_with_it_and_nothing_leaves_the_machine(chromium, server, tmp_path):
    address, process = server
    page, requested = screenshots.open_page(chromium, address), []
    page.on("request", lambda request: requested.append(request.url))
    _generate_bundled(page)
    stubs.painted()
    stubs.made("cgan", stubs.FEW_PAIRS)
    stubs.recoloured()
    page.reload()
    _generate(page)
    _walk(page)
    _translate(page, tmp_path)
    assert {urlparse(url).hostname for url in requested} == {"127.0.0.1"}
    process.send_signal(signal.SIGINT)
    said = finish(process, exit_code=130)
    assert "connects to" not in said
    assert "Traceback" not in said
    assert said.endswith("interrupted\n")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.slow
@with_gradio
def test_it_fits_a_phone_works_by_keyboard_and_is_shown_in_the_documents(
    chromium, server, tmp_path
):
    address, _ = server
    page = screenshots.open_page(chromium, address, screenshots.PHONE)
    for tab, image in (("Images", FIRST), ("Walk", WALK), ("Sheet", SHEET), ("Translate", BACK)):
        page.get_by_role("tab", name=tab).click()
        _find_image(page, image)
        _expect_no_scrolling(page)
    page.close()
    page = screenshots.open_page(chromium, address)
    _vary_by_keyboard(page)
    _translate_by_keyboard(page, tmp_path)
    page.close()
    taken = screenshots.take(chromium, address, tmp_path)
    assert [file.name for file in taken] == [
        "demo-generate.png",
        "demo-translate.png",
        "demo-phone.png",
    ]
    for file, size in zip(taken, [screenshots.LAPTOP] * 2 + [screenshots.PHONE], strict=True):
        with Image.open(file) as taken_image:
            assert taken_image.size == size


def _expect_no_scrolling(page):
    """The page is as wide as its window, and so is every control that is seen."""
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator("button, input, img").locator("visible=true").all():
        box = control.bounding_box()
        assert box["x"] >= 0, control
        assert box["x"] + box["width"] <= width + 1, control


def _tab_to(page, name):
    """Press Tab until the focus is on the element with this name."""
    for _ in range(100):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const one = document.activeElement;
                if (one === document.body) return "";
                return one.ariaLabel || one.labels?.[0]?.innerText || one.innerText || "";
            }"""
        )
        if name in found:
            return
    raise AssertionError(f"no Tab leads to {name}")


def _press(page, name, key="Enter"):
    _tab_to(page, name)
    page.keyboard.press(key)


def _vary_by_keyboard(page):
    _press(page, "Thumbnail 4 of 16")
    page.get_by_text("Variations: ").wait_for()
    first = "[aria-label='Thumbnail 1 of 9'] img"
    middle = "[aria-label='Thumbnail 5 of 9'] img"
    _, chosen = _find_image(page, middle)
    _, source = _find_image(page, first)
    _press(page, "range slider for Strength", "ArrowRight")
    _, source = _find_image(page, first, source)
    _press(page, "Thumbnail 5 of 9")
    _find_image(page, first, source)
    assert _find_image(page, middle)[1] == chosen
    _press(page, "Back to all images")
    page.get_by_label("Thumbnail 16 of 16").wait_for()
    _press(page, "Walk")
    _, source = _find_image(page, WALK)
    _press(page, "range slider for Position", "ArrowRight")
    _, source = _find_image(page, WALK, source)
    _press(page, "Play")
    _find_image(page, WALK, source)


def _translate_by_keyboard(page, folder):
    _press(page, "Translate")
    _, source = _find_image(page, TRANSLATED)
    Image.new("RGB", (70, 70), "red").save(folder / "plain.png")
    with page.expect_file_chooser() as chooser:
        _press(page, "Click to upload or drop files")
    chooser.value.set_files(folder / "plain.png")
    _find_image(page, TRANSLATED, source)
    _press(page, "range slider for Part", "Home")
    page.locator("[data-testid='slider'][style*='translateX(0px)']").wait_for()


def _find_image(page, selector, before=None):
    """The visible image and its source, once that differs from `before`."""
    element = page.locator(f"{selector}:not([src='{before}'])").locator("visible=true")
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
    _, source = _find_image(page, FIRST)
    _choose(page, "hair", "blue")
    _choose(page, "eyes", "red")
    page.get_by_role("button", name="Generate", exact=True).click()
    face, _ = _find_image(page, FIRST, source)
    assert stubs.seen(face.crop((20, 8, 44, 24))) == "blue"


def _generate(page):
    _, source = _find_image(page, FIRST)
    _choose(page, "eyes", "red")
    page.get_by_role("button", name="Generate", exact=True).click()
    _expect_message(page, "no image has hair=red, eyes=red; near combinations: hair=red, eyes=blue")

    _choose(page, "Run", "0001-acgan")
    _, source = _find_image(page, FIRST, source)
    _choose(page, "hair", "blue")
    _choose(page, "eyes", "red")
    page.get_by_role("button", name="Generate", exact=True).click()
    image, _ = _find_image(page, FIRST, source)
    assert stubs.seen(image.crop((0, 0, 32, 16))) == "blue"
    assert stubs.seen(image.crop((0, 16, 32, 32))) == "red"
    with page.expect_download() as download:
        page.get_by_label("Download all").locator("visible=true").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        files = [archive.read(name) for name in archive.namelist()]
    assert len(files) == 16
    with Image.open(io.BytesIO(files[0])) as kept:
        assert (kept.format, kept.size) == ("PNG", image.size)


def _walk(page):
    page.get_by_role("tab", name="Walk").click()
    _, source = _find_image(page, WALK)
    page.get_by_label("Other seeds").fill("3")
    page.get_by_role("button", name="Play").click()
    _, source = _find_image(page, WALK, source)
    page.get_by_label("range slider for Position").fill("0.9")
    _find_image(page, WALK, source)
    page.get_by_role("tab", name="Sheet").click()
    sheet, _ = _find_image(page, SHEET)
    corner = sheet.crop((sheet.width - 66, sheet.height - 66, sheet.width, sheet.height - 34))
    assert stubs.seen(corner) == "blue"


def _translate(page, folder):
    page.get_by_role("tab", name="Translate").click()
    for direction, colour in (("animation to cartoon", "blue"), ("cartoon to animation", "red")):
        _, source = _find_image(page, TRANSLATED)
        page.get_by_label(direction).check()
        translated, source = _find_image(page, TRANSLATED, source)
        assert stubs.seen(translated) == colour
    stubs.write_bad_files(folder)
    for name, message in stubs.BAD_FILES.items():
        page.locator("input[type=file]").set_input_files(folder / name)
        _expect_message(page, message)
    _drop(page, folder / "whole.png")
    original, _ = _find_image(page, ORIGINAL)
    assert original.size == (32, 32)
    assert stubs.seen(_find_image(page, TRANSLATED, source)[0]) == "red"
    assert stubs.seen(_find_image(page, BACK)[0]) == "blue"


def _drop(page, file):
    """Drop a file as from another window."""
    dropped = page.evaluate_handle(
        """([bytes, name]) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
            return dropped;
        }""",
        [list(file.read_bytes()), file.name],
    )
    page.get_by_text("Drop File Here").dispatch_event("drop", {"dataTransfer": dropped})
