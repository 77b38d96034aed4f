import ast
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image, features

import kerasgan
from kerasgan.datasets import decoding
from kerasgan.utils.errors import InvalidInput


def content(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def of(pixels):
    return Image.fromarray(np.asarray(pixels, np.uint8))


def test_transparency_shows_white():
    rgba = of([[[255, 0, 0, 255], [255, 0, 0, 0]], [[255, 0, 0, 51], [0, 0, 0, 0]]])
    pixels = np.asarray(decoding.read(content(rgba)))
    np.testing.assert_array_equal(
        pixels, [[[255, 0, 0], [255, 255, 255]], [[255, 204, 204], [255, 255, 255]]]
    )
    palette = Image.new("P", (2, 1), 0)
    palette.putpalette([9, 9, 9, 200, 0, 0])
    palette.putpixel((1, 0), 1)
    pixels = np.asarray(decoding.read(content(palette, transparency=0)))
    np.testing.assert_array_equal(pixels, [[[255, 255, 255], [200, 0, 0]]])


def test_grey_images_of_8_and_16_bits():
    deep = Image.fromarray(np.array([[0, 32768, 65535]], np.uint16))
    for image in (deep, of([[0, 128, 255]])):
        pixels = np.asarray(decoding.read(content(image)))
        np.testing.assert_array_equal(pixels[0], [[0] * 3, [128] * 3, [255] * 3])


def test_a_turned_photograph_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (4, 2), "red")
    assert decoding.read(content(image, "JPEG", exif=exif)).size == (2, 4)


def test_the_first_frame_of_an_animation():
    frames = [Image.new("RGB", (2, 2), colour) for colour in ("red", "blue")]
    animation = content(frames[0], "GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(np.asarray(decoding.read(animation))[0, 0], [255, 0, 0])


def test_crop_keeps_the_middle_and_pad_keeps_everything():
    """A red, a green and a blue third, each 8 x 8."""
    bars = of(np.repeat(np.repeat(255 * np.eye(3)[None], 8, axis=0), 8, axis=1))
    np.testing.assert_array_equal(
        decoding.resized(content(bars), 8), np.tile([0, 255, 0], (8, 8, 1))
    )
    padded = decoding.resized(content(bars), 24, resize_mode="pad")
    np.testing.assert_array_equal(padded[8:16], np.asarray(bars))
    assert (padded[:8] == 255).all()
    assert (padded[16:] == 255).all()


@pytest.mark.parametrize("transposed", [False, True])
def test_rectangles_are_cropped_and_padded_to_their_own_shape(transposed):
    """A quarter of each colour, 8 x 6 pixels."""
    bars = np.repeat([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]], 6, axis=1)
    bars = np.repeat(bars, 8, axis=0)

    def resized(height, width, resize_mode):
        pixels, size = bars, (height, width)
        if transposed:
            pixels, size = bars.swapaxes(0, 1), (width, height)
        found = decoding.resized(content(of(pixels)), size, resize_mode)
        return found.swapaxes(0, 1) if transposed else found

    np.testing.assert_array_equal(resized(8, 16, "crop"), bars[:, 4:20])
    np.testing.assert_array_equal(resized(4, 24, "crop"), bars[2:6])
    padded = resized(16, 24, "pad")
    np.testing.assert_array_equal(padded[4:12], bars)
    assert (padded[[*range(4), *range(12, 16)]] == 255).all()
    padded = resized(8, 32, "pad")
    np.testing.assert_array_equal(padded[:, 4:28], bars)
    assert (padded[:, [*range(4), *range(28, 32)]] == 255).all()


def test_a_turned_photograph_is_decoded_large_enough():
    """A JPEG may be decoded at an eighth of its size, before it is turned upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lines = np.zeros((160, 1600, 3))
    lines[:, ::2] = 255
    photograph = content(of(lines), "JPEG", exif=exif, quality=100)
    assert decoding.resized(photograph, (1600, 160)).std() > 100


def test_shrinking_takes_every_pixel_into_account():
    """A fine checkerboard is grey from afar."""
    board = of(255 * (np.indices((64, 64)).sum(axis=0) % 2))
    assert abs(decoding.resized(content(board), 8).astype(int) - 127).max() <= 2


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"", "is not an image"),
        (b"no image", "is not an image"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "cannot be read|is not an image"),
    ],
)
def test_what_is_no_image(broken, message):
    with pytest.raises(InvalidInput, match=message):
        decoding.read(broken)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_images_that_are_cut_short(kind):
    noise = of(np.random.default_rng(0).integers(0, 256, (40, 40, 3)))
    whole = content(noise, kind)
    assert decoding.read(whole).size == (40, 40)
    with pytest.raises(InvalidInput, match=r"cannot be read|is not an image"):
        decoding.read(whole[: len(whole) // 2])


def test_a_decompression_bomb_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr(decoding, "PIXEL_LIMIT", 99)
    with pytest.raises(InvalidInput, match="has 10 x 10 pixels, more than the limit of 99"):
        decoding.read(content(Image.new("RGB", (10, 10))))
    # Pillow's own limit, twice as high, is met before ours.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with pytest.raises(InvalidInput, match="has more than the limit of 99 pixels"):
        decoding.read(content(Image.new("RGB", (10, 10))))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "I;16", "1"])
@pytest.mark.parametrize(("orientation", "rows"), [(1, 45), (6, 44)])
def test_a_large_image_is_decoded_in_parts_to_means_of_its_pixels(
    monkeypatch, mode, orientation, rows
):
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = np.random.default_rng(0).integers(0, 256, (rows, 64, 4), np.uint8)
    if mode == "I;16":
        image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    else:
        image = Image.fromarray(pixels[..., : 4 if mode == "RGBA" else 3]).convert(mode)
    transparency = {"transparency": 3} if mode == "P" else {}
    png = content(image, exif=exif, **transparency)
    expected = decoding.read(png).reduce(4)
    monkeypatch.setattr(decoding, "_LARGE", 1000)
    found = decoding.read(png, 5)
    np.testing.assert_allclose(np.asarray(found, int), np.asarray(expected, int), atol=1)
    # Where it would become smaller than twice the size, it stays as it is.
    assert decoding.read(png, 15).size == decoding.read(png).size


MEASURE = """
import resource, sys
from pathlib import Path
from kerasgan.datasets import decoding
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(decoding.resized(Path("large.png"), 64).shape)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) / 1024, file=sys.stderr)
"""


def test_the_largest_image_takes_little_more_memory_than_its_pixels():
    image = Image.new("P", (9400, 9400))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.save("large.png", transparency=1, compress_level=1)
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True)
    assert done.stdout == "(64, 64, 3)\n"
    # 84 MiB of indices in the palette; as RGBA they would be four times as many.
    assert float(done.stderr) < 200


def test_a_missing_file(tmp_path):
    with pytest.raises(InvalidInput, match="does not exist"):
        decoding.read(tmp_path / "none.png")


@pytest.mark.parametrize("kind", ["EPS", "PDF", "ICNS", "PCX", "TGA"])
def test_formats_that_are_not_meant_are_refused_whatever_the_name(tmp_path, monkeypatch, kind):
    def run(*_):
        raise AssertionError("Ghostscript was called")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", run)
    Image.new("RGB", (64, 64)).save(tmp_path / "x.png", kind)
    for source in (tmp_path / "x.png", (tmp_path / "x.png").read_bytes()):
        with pytest.raises(InvalidInput, match="is not an image"):
            decoding.read(source)


@pytest.mark.parametrize("kind", decoding.FORMATS)
def test_formats_that_are_meant_are_read(kind):
    if kind in ("WEBP", "AVIF") and not features.check(kind.lower()):
        pytest.skip(f"this Pillow has no {kind}")
    assert decoding.read(content(Image.new("RGB", (64, 32)), kind)).size == (64, 32)


def test_every_file_is_opened_with_the_formats_that_are_meant():
    calls = [
        node
        for file in Path(kerasgan.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Image.open"
    ]
    assert calls
    for call in calls:
        assert [ast.unparse(word.value).rpartition(".")[2] for word in call.keywords] == ["FORMATS"]
