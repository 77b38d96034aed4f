"""Every command line in the documents can be typed; those that need nothing else are run.

A fenced block is run, line by line, unless its title says what it needs: `title="needs Docker"`.
Training is made small by options that are put behind those of the line.
"""

import argparse
import importlib
import re
import shlex
import shutil
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from click.testing import CliRunner
from PIL import Image

import kerasgan as package
from kerasgan.commands import cli, sweep
from kerasgan.commands.train import parsed
from kerasgan.evaluation.features import classifier
from tests.conftest import OWN, SAMPLE, TINY

ROOT = Path(__file__).parent.parent
FOLDERS = ("*.md", "benchmarks/*.md", "data/*.md", "docs/**/*.md")
DOCUMENTS = sorted(path for folder in FOLDERS for path in ROOT.glob(folder))
OWN_MODULES = ("benchmarks", "docs", "tests")
# Blocks of these languages show no command lines.
NO_COMMANDS = ("text",)
FENCE = re.compile(r"^```(\w*)(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
INLINE = re.compile(r"(?<!`)`((?:kerasgan|python -m) [^`\n]+)`(?!`)")
# What stands for something else: RUN, [--seed 7], a|b, ...
PLACEHOLDER = re.compile(r"\b[A-Z]+\b|[\[\]|]|\.\.\.")


class Line(NamedTuple):
    """A command line: its words, and whether its block says that it needs something."""

    words: list[str]
    is_run: bool


def lines_of(document):
    """The lines of a document's blocks, those of programs of others too."""
    lines = []
    for language, title, body in FENCE.findall(document.read_text()):
        if language in NO_COMMANDS:
            continue
        is_console = language in ("", "console")
        text = body.replace("\\\n", " ")
        for line in re.split(r"\n|&&|; ", text):
            words = split(line) if is_console or " kerasgan " in f" {line}" else []
            if words:
                lines.append(Line(words, is_console and 'title="needs' not in title))
    return lines


def split(line):
    """The words of a line, without prompt and comment; `kerasgan` first, where it is."""
    try:
        words = shlex.split(line.strip().removeprefix("$ "), comments=True)
    except ValueError:
        # Part of a longer quotation, such as a request.
        return []
    if words and Path(words[0]).name in ("kerasgan", "python", "python3"):
        words[0] = Path(words[0]).name
    return words


def inline_of(document):
    """The whole command lines that stand in sentences."""
    text = FENCE.sub("", document.read_text())
    return [split(line) for line in INLINE.findall(text) if not PLACEHOLDER.search(line)]


class Parsed(Exception):
    """A parser had no objection."""


def parse(words):
    """Raise what these words would be refused with."""
    match words:
        case ["kerasgan", "train", model, *options] if not {"-h", "--help"} & set(options):
            with click.Context(cli):
                parsed(model, options)
        case ["kerasgan", "sweep" | "reproduce", _, *_]:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(sweep, "carry_out", lambda *_: ([], []))
                done = CliRunner().invoke(cli, words[1:])
            if done.exit_code == 2:
                raise click.UsageError(done.output)
        case ["kerasgan", *rest]:
            command, context = cli, click.Context(cli)
            while isinstance(command, click.Group) and rest:
                found = command.get_command(context, rest[0])
                if found is None:
                    break
                command, *rest = found, *rest[1:]
            if not isinstance(command, click.Group):
                command.make_context("kerasgan", rest, parent=click.Context(cli))
            elif rest and rest[0] not in ("--help", "--version"):
                raise click.UsageError(f"no command {rest[0]}")
        case ["python" | "python3", "-m", name, *rest] if name.split(".")[0] in OWN_MODULES:
            parse_module(importlib.import_module(name), rest)


def parse_module(module, words):
    main = getattr(module, "main", None)
    if isinstance(main, click.Command):
        main.make_context(module.__name__, words)
    elif words:
        parse_args = argparse.ArgumentParser.parse_args

        def only_parse(parser):
            parse_args(parser, words)
            raise Parsed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(argparse.ArgumentParser, "parse_args", only_parse)
            with pytest.raises(Parsed):
                main()


@pytest.mark.parametrize(
    "line",
    [
        "kerasgan trian acgan",
        "kerasgan train acgan --sgima 1",
        "kerasgan train acgan --steps 0",
        "kerasgan data chekc my-faces",
        "kerasgan sample --hiar blue",
        "kerasgan sweep acgan --vary sigma=1 --presets quick",
        "kerasgan sweep acgan --vary sgima=1",
        "kerasgan reproduce sgima --preset quick",
        "kerasgan translate",
        "python -m benchmarks.variety run --cuont 3",
        "python -m benchmarks.train_step --model gan",
        "python -m benchmarks.nothing",
    ],
)
def test_a_wrong_line_is_noticed(line):
    with pytest.raises((Exception, SystemExit)):
        parse(split(line))


@pytest.fixture(scope="module")
def home(tmp_path_factory, trained):
    """What the documents take for granted: a run, folders of images, a list of faces to draw."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(trained.path, home / "runs" / "0001-acgan")
    for folder in ("my-faces", "photos", "horses/trainA", "horses/trainB", "summer", "winter"):
        shutil.copytree(SAMPLE / "images", home / folder / "images")
    shutil.copy(SAMPLE / "tags.csv", home / "my-faces")
    (home / "more").mkdir()
    for name in ("face.png", "more/one.jpg", "blue-red.png"):
        Image.open(SAMPLE / "images" / "0.png").save(home / name)
    (home / "wanted.txt").write_text("1,blue hair red eyes\n")
    shutil.copytree(SAMPLE / "images", home / "celeba" / "images")
    rows = [f"{number}.png {-1 + 2 * (number % 2)} 1 -1 1" for number in range(48)]
    table = ["48", "Black_Hair Male Young Mustache", *rows, ""]
    (home / "celeba" / "list_attr_celeba.txt").write_text("\n".join(table))
    return home


@pytest.fixture
def at_home(home, monkeypatch, tmp_path):
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(classifier, "_STEPS", 2)


def names(documents):
    return [str(path.relative_to(ROOT)) for path in documents]


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
@pytest.mark.usefixtures("at_home")
def test_every_command_line_can_be_typed(document):
    wrong = {}
    for words in [*(line.words for line in lines_of(document)), *inline_of(document)]:
        try:
            parse(words)
        except click.MissingParameter:
            # In a sentence, `kerasgan translate` may be the name of the command.
            assert words in inline_of(document)
        except (Exception, SystemExit) as error:
            wrong[shlex.join(words)] = str(error)
    assert wrong == {}


def tiny(words):
    """The words with options behind them that beat theirs and keep the work small."""
    match words:
        case ["train" | "describe", model, *_]:
            small = {**TINY, **OWN[model], "num_avatars": 400, "steps": 1}
            del small["data"]
            if dict(pairwise(words)).get("--data", "avatars") != "avatars":
                del small["num_avatars"]
            if "--epochs" in words:
                del small["steps"]
                small |= {"num_avatars": 8, "epochs": 1}
            return [*words, *(w for k, v in small.items() for w in (f"--{k.replace('_', '-')}", v))]
        case ["resume", *_] if "--steps" in words:
            return [*words, "--steps", 2]
        case ["sample", *_] if "2000" in words:
            return [*words, "-n", 20]
        case ["evaluate", *_]:
            return [*words, "--n", 100]
    return words


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where runs are kept: what several documents train is trained once."""
    return tmp_path_factory.mktemp("kept")


TO_RUN = [path for path in DOCUMENTS if any(line.is_run for line in lines_of(path))]


# The others train what these train, too, or what other tests train.
QUICK = {"README.md", "index.md", "sample.md", "labels.md"}


def _to_run(path):
    return pytest.param(path, marks=() if path.name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("document", [_to_run(path) for path in TO_RUN], ids=names(TO_RUN))
@pytest.mark.usefixtures("at_home")
def test_the_command_lines_work_in_their_order(kerasgan, document, kept):
    def run(*words):
        done = kerasgan(*tiny(list(words)))
        assert done.exit_code == 0, f"kerasgan {shlex.join(words)}\n{done.output}"

    for number, line in enumerate(filter(lambda line: line.is_run, lines_of(document)), start=2):
        name, *words = line.words
        assert name == "kerasgan", f"{shlex.join(line.words)}: is not run; say what it needs"
        if words[0] != "train" or "--out" in words:
            run(*words)
            continue
        trained = kept / re.sub(r"\W+", "-", "-".join(words))
        if not trained.exists():
            run(*words, "--out", str(trained))
        shutil.copytree(trained, Path("runs") / f"{number:04d}-{words[1]}")


def anchors(document):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_into_the_repository_lead_somewhere(name):
    """MkDocs checks those of docs/."""
    text = (ROOT / name).read_text()
    links = re.findall(r"""(?:\]\(|(?:src|href)=")([^)\s"]+)""", text)
    assert len(links) > 2
    dead = []
    for link in links:
        file, _, anchor = link.partition("#")
        target = ROOT / (file or name)
        if "://" not in link and not (
            target.exists() and (not anchor or anchor in anchors(target))
        ):
            dead.append(link)
    assert dead == []


def test_the_citation_names_this_version():
    assert f"\nversion: {package.__version__}\n" in (ROOT / "CITATION.cff").read_text()
