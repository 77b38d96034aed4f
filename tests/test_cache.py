import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image, ImageOps

from kerasgan.datasets import cache, decoding, sources
from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import face

COUNT, SIZE = 12, 16


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    folder = tmp_path / "prepared"
    monkeypatch.setenv("KERASGAN_CACHE", str(folder))
    return folder


def image(number):
    return np.asarray(draw(face(0, number), SIZE))


def work(number):
    return "is of no use" if number == 3 else image(number)


def prepare(key="faces", work=work, items=range(COUNT)):
    return cache.prepare(key, work, items, len(items), SIZE, "Preparing")


def must_not_run(item):
    raise AssertionError(item)


def test_images_are_read_at_random():
    images = prepare().images
    assert images.shape == (COUNT, SIZE, SIZE, 3)
    found = images[np.array([[5, 0], [11, 5]])]
    assert found.shape == (2, 2, SIZE, SIZE, 3)
    for at, number in (((0, 0), 5), ((0, 1), 0), ((1, 0), 11), ((1, 1), 5)):
        np.testing.assert_array_equal(found[at], image(number))
    with pytest.raises(OSError, match="no image 12"):
        images[np.array([COUNT])]


def test_what_is_prepared_is_not_prepared_again():
    first, second = prepare(), prepare(work=must_not_run)
    np.testing.assert_array_equal(first.fractions, second.fractions)
    np.testing.assert_array_equal(first.digests, second.digests)


def test_an_unreadable_image_is_reported_with_its_reason():
    prepared = prepare()
    assert prepared.unreadable == {3: "is of no use"}
    assert not prepared.images[np.array([3])].any()


def test_copies_and_mirror_images_share_their_fraction():
    images = {number: image(number) for number in range(3)}
    images |= {4: images[0][:, ::-1], 5: images[1]}
    # As others have them in their folders: mirrored, and saved as a JPEG once more.
    large = draw(face(0, 3), 4 * SIZE)
    large.save("large.png")
    ImageOps.mirror(large).save("mirrored.jpg")
    images[3] = decoding.resized(Path("large.png"), SIZE)
    images[6] = decoding.resized(Path("mirrored.jpg"), SIZE)
    fractions = prepare(work=images.get, items=range(7)).fractions
    assert len(set(fractions)) == 4
    np.testing.assert_array_equal(fractions[[4, 5, 6]], fractions[[0, 1, 3]])
    assert all(0 <= fraction < 1 for fraction in fractions)


def test_fractions_are_uniform():
    """Below a tenth are 40 of 400, with a standard deviation of 6."""
    fractions = prepare(work=image, items=range(400)).fractions
    assert 20 < (fractions < 0.1).sum() < 60
    assert 160 < (fractions < 0.5).sum() < 240


def test_a_fraction_does_not_depend_on_the_other_images():
    alone = prepare("alone", items=range(4, 6)).fractions
    np.testing.assert_array_equal(alone, prepare().fractions[4:6])


def test_a_failure_leaves_nothing(folder):
    with pytest.raises(AssertionError):
        prepare(work=must_not_run)
    assert [path for path in folder.iterdir() if path.suffix != ".lock"] == []


def _truncate(target):
    os.truncate(target / "pixels.bin", 100)


def _zero(target):
    with (target / "pixels.bin").open("r+b") as file:
        file.seek(5 * SIZE * SIZE * 3)
        file.write(bytes(100))


def _of_others(target):
    np.savez(target / "tables.npz", digests=np.zeros((2, 16), np.uint8), fractions=[0, 0])


DAMAGE = {
    "pixels cut": _truncate,
    "pixels zeroed": _zero,
    "pixels grown": lambda target: os.truncate(target / "pixels.bin", 10**6),
    "pixels gone": lambda target: (target / "pixels.bin").unlink(),
    "tables empty": lambda target: (target / "tables.npz").write_bytes(b""),
    "tables no archive": lambda target: (target / "tables.npz").write_bytes(b"text"),
    "tables gone": lambda target: (target / "tables.npz").unlink(),
    "tables of others": _of_others,
    "an empty folder": lambda target: [file.unlink() for file in target.iterdir()],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_is_found_and_prepared_again(folder, caplog, damage):
    first = prepare()
    (target,) = (path for path in folder.iterdir() if path.is_dir())
    damage(target)
    again = prepare()
    assert f"{target} is damaged and will be prepared again" in caplog.text
    np.testing.assert_array_equal(again.digests, first.digests)
    rows = np.arange(COUNT)
    np.testing.assert_array_equal(again.images[rows], prepare(work=must_not_run).images[rows])
    assert again.images[rows].any(axis=(1, 2, 3)).sum() == COUNT - 1
    assert list(folder.glob(".tmp-*")) == []


def test_a_disk_that_fails_is_not_damage(folder, monkeypatch):
    prepare()
    next(folder.glob("*/checked.json")).unlink()

    def failing(*_):
        raise OSError(5, "I/O")

    monkeypatch.setattr(os, "preadv", failing)
    with pytest.raises(OSError, match="I/O"):
        prepare(work=must_not_run)


def test_a_file_that_was_replaced_by_one_of_the_same_size_and_date_is_read_again(tmp_path):
    file = tmp_path / "image.bmp"
    keys = []
    for colour in ("red", "blue"):
        Image.new("RGB", (8, 8), colour).save(file)
        os.utime(file, ns=(10**18, 10**18))
        keys.append(sources.file_source([file], ["image.bmp"], 8, "crop").key)
    assert keys[0] != keys[1]
    assert keys[1] == sources.file_source([file], ["image.bmp"], 8, "crop").key


_POOL = """
import os, signal, sys, time
from kerasgan.datasets import parallel

def work(number):
    if number == 70:
        if sys.argv[1] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        print(os.getpid(), flush=True)
        time.sleep(600)
    return number

if __name__ == "__main__":
    try:
        print(len(list(parallel.parallel_map(work, range(100), 100, ""))))
    except OSError as error:
        print(error)
"""


def pool_process(tmp_path, how):
    script = tmp_path / "pool.py"
    script.write_text(_POOL)
    command = [sys.executable, str(script), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_worker_is_explained(tmp_path):
    output, _ = pool_process(tmp_path, "killed").communicate(timeout=120)
    assert "was killed, as happens when memory runs out" in output


def test_no_worker_survives_its_parent(tmp_path):
    process = pool_process(tmp_path, "slow")
    worker = int(process.stdout.readline())
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != "zombie":
        assert time.monotonic() < deadline
        time.sleep(0.1)


_SLOW = """
import time
import numpy as np
from kerasgan.datasets import cache, preparation

preparation._RECORDED = 4

def work(number):
    print(number, flush=True)
    time.sleep(0.05)
    return np.full((16, 16, 3), number, np.uint8)

cache.prepare("slow", work, range(40), 40, 16, "Preparing")
"""


def slow_process():
    return subprocess.Popen([sys.executable, "-c", _SLOW], stdout=subprocess.PIPE, text=True)


def test_after_a_kill_the_next_process_goes_on_where_the_last_record_was(folder):
    process = slow_process()
    # Records follow images 4 and 8.
    assert [process.stdout.readline() for _ in range(11)][-1] == "10\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (unfinished,) = folder.glob(f"*{cache.UNFINISHED}")
    seen = []

    def work(number):
        seen.append(number)
        return np.full((SIZE, SIZE, 3), number, np.uint8)

    items = range(40)
    prepared = prepare("slow", work, items)
    assert seen == list(range(8, 40))
    assert not unfinished.exists()
    whole = prepare("whole", lambda number: np.full((SIZE, SIZE, 3), number, np.uint8), items)
    rows = np.arange(40)
    np.testing.assert_array_equal(prepared.images[rows], whole.images[rows])
    np.testing.assert_array_equal(prepared.digests, whole.digests)
    np.testing.assert_array_equal(prepared.fractions, whole.fractions)


@pytest.mark.parametrize("record", ["", "[]", '{"done": "x", "unreadable": {}}'])
def test_a_damaged_record_begins_anew(folder, monkeypatch, record):
    unfinished = folder / f"faces-v2{cache.UNFINISHED}"
    unfinished.mkdir(parents=True)
    (unfinished / "done.json").write_text(record)
    (unfinished / "pixels.bin").write_bytes(bytes(5000))
    np.testing.assert_array_equal(prepare().images[np.array([5])][0], image(5))


def test_what_was_compared_with_its_hashes_is_read_again_only_if_it_was_written(
    folder, monkeypatch
):
    prepare()
    with monkeypatch.context() as patch:
        patch.setattr(cache, "digest", must_not_run)
        prepare(work=must_not_run)
        (target,) = (path for path in folder.iterdir() if path.is_dir())
        status = (target / "pixels.bin").stat()
        _zero(target)
        # As after a restored date.
        os.utime(target / "pixels.bin", ns=(status.st_atime_ns, status.st_mtime_ns))
        with pytest.raises(AssertionError):
            prepare()


def test_of_two_processes_one_prepares_and_the_other_waits():
    first, second = slow_process(), slow_process()
    told = [process.communicate(timeout=120)[0].split() for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert sorted(map(len, told)) == [0, 40]
    again = prepare("slow", work=must_not_run, items=range(40))
    assert again.images[np.array([7])].min() == 7


def test_images_take_no_memory_of_their_own(folder):
    """64 MB of images, all read, leave the process as large as it was."""
    count, size = 1365, 128
    folder.mkdir()
    (folder / "many").write_bytes(bytes(count * size * size * 3))
    images = cache.CachedImages(folder / "many", size)
    images[np.arange(10)]
    before = resident_bytes()
    for row in range(count):
        images[np.array([row])]
    assert resident_bytes() - before < 16 * 2**20


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
