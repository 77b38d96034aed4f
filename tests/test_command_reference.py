"""The pages that the site generates from the code list every command, option and model."""

import re
from pathlib import Path

import click

from docs import commands, gallery
from kerasgan import registry
from kerasgan.commands import cli, train


def sections(parts):
    """{title: text} of Markdown with headings of the second level."""
    return {
        part.partition("\n")[0]: part for part in re.split("^## ", "\n\n".join(parts), flags=re.M)
    }


def test_every_command_has_a_section_with_its_options():
    found = sections(commands.commands())
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        for option in command.params:
            if isinstance(option, click.Option):
                assert f"`{option.opts[0]}`" in found[f"kerasgan {name}"]
    assert "Delete runs" in found["kerasgan runs delete"]
    assert "`--image-size` INTEGER RANGE | 96 |" in found["kerasgan data render"]
    assert "OUT/&lt;model>/" in found["kerasgan export"]


def test_every_option_of_every_model_is_listed_with_its_default():
    found = sections(commands.training_options())
    for name in registry.names():
        for option in train.parameters(registry.config_class(name)):
            section = found[name if option.panel == "Model" else option.panel]
            assert f"`{option.opts[0]}`" in section, (name, option)
    assert "| `--image-size` SIZE | 96 |" in found["acgan"]
    assert "| `quick` | image-size 48," in found["acgan"]
    endings = {
        "`--domain-a`": "cyclegan, cut |",
        "`--seed`": "all |",
        "`--layout`": "all but cyclegan, cut |",
    }
    for option, ending in endings.items():
        (row,) = re.findall(rf"^\| {option}.*", found["Data"] + found["Training"], re.MULTILINE)
        assert row.endswith(f"| {ending}")


def test_a_card_opens_the_command_and_the_options_of_the_preset():
    text = "- [acgan](models/acgan.md): images with given labels\n\n- [other](page.md): no model\n"
    card, _, rest = gallery.on_page_markdown(text).partition("</details>")
    assert "![Images by acgan](images/acgan.png)" in card
    assert "kerasgan train acgan --preset quick" in card
    assert '"steps": 3200' in card
    assert rest.strip() == "- [other](page.md): no model"


def test_the_landing_page_and_the_readme_show_every_model():
    root = Path(__file__).parent.parent
    for name in registry.names():
        assert f"\n- [{name}](models/{name}.md): " in (root / "docs" / "index.md").read_text()
        assert f"\n| [{name}](docs/models/{name}.md) | " in (root / "README.md").read_text()


def test_a_model_without_an_image_has_a_card():
    assert "![" not in gallery.on_page_markdown("- [cut](models/cut.md): one direction\n")
