"""Write the images of the page of `kerasgan demo` in the documents.

`python -m docs.screenshots` serves the page with the bundled models and opens it in a headless
Chromium; it needs the extras demo and browser.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from docs.images import save

# The sizes of a laptop's window and of a phone, in CSS pixels.
LAPTOP, PHONE = (1280, 800), (375, 812)
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
# Milliseconds; long, for busy machines.
_TIMEOUT = 120_000


@click.command()
def main() -> None:
    """Write docs/images/demo-*.png."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder, _server(folder) as address, browser() as chromium:
        for file in take(chromium, address, Path(folder)):
            save(Image.open(file), file.name)


@contextmanager
def _server(home: str) -> Iterator[str]:
    """The address of a page with the bundled runs only."""
    words = [sys.executable, "-m", "kerasgan", "demo", "--port", "0"]
    environment = {**os.environ, "KERASGAN_HOME": home}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait()


def executable() -> str | None:
    """The Chromium of this machine; None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=_FLAGS)
        yield chromium
        chromium.close()


def open_page(chromium, address: str, size: tuple[int, int] = LAPTOP, scheme: str = "light"):
    """Open the page in a window with cookies of its own, and wait for the first images.

    Args:
        size: width and height of the window, CSS pixels.
        scheme: light or dark.
    """
    width, height = size
    options = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    page = chromium.new_page(**options, reduced_motion="reduce")
    page.set_default_timeout(_TIMEOUT)
    page.goto(address)
    page.get_by_label("Thumbnail 16 of 16").wait_for()
    return page


def take(chromium, address: str, folder: Path) -> list[Path]:
    """Take screenshots of the page with the bundled models.

    Returns:
        Their files in the folder.
    """
    page = open_page(chromium, address)
    files = [_shoot(page, folder / "demo-generate.png")]
    page.get_by_role("tab", name="Translate").click()
    page.get_by_test_id("imageslider-image").last.wait_for()
    files.append(_shoot(page, folder / "demo-translate.png"))
    page.close()
    page = open_page(chromium, address, PHONE, "dark")
    page.get_by_label("Thumbnail 2 of 16").click()
    page.get_by_text("Variations: ").wait_for()
    page.get_by_role("button", name="Back to all images").scroll_into_view_if_needed()
    files.append(_shoot(page, folder / "demo-phone.png"))
    page.close()
    return files


def _shoot(page, file: Path) -> Path:
    # The page's Content-Security-Policy forbids `wait_for_function`, which evaluates text.
    while not page.evaluate("[...document.images].every(image => image.complete)"):
        page.wait_for_timeout(100)
    page.screenshot(path=file, animations="disabled")
    return file


if __name__ == "__main__":
    main()
