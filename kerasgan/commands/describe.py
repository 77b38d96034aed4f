"""kerasgan describe MODEL"""

import functools
from pathlib import Path
from typing import Any

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.commands.train import ModelGroup, parameters
from kerasgan.configs import Config
from kerasgan.runs import directory

_HEAD = ("layer", "kind", "output", "parameters", "million multiply-adds")


@functools.cache
def _command(config: type[Config]) -> click.Command:
    @options.as_json
    @click.pass_context
    def run(
        context: click.Context,
        no_measure: bool,
        as_json: bool,
        preset: str | None,
        config_file: Path | None,
        init: str | None,
        out: Path | None,
        **values,
    ) -> None:
        given = options.given(context, values)
        # Checked before TensorFlow is imported.
        directory.configure(config, preset, config_file, given)

        from kerasgan import api

        own = {"preset": preset, "config": config_file, "measure": not no_measure}
        description = api.describe(config.MODEL, **own, **given)
        if as_json:
            messages.document(_record(description))
        else:
            _echo(description)

    no_measure = click.RichOption(
        ["--no-measure"], is_flag=True, panel="Logging", help="Make no steps to time them."
    )
    return click.command(
        config.MODEL,
        cls=options.VariadicCommand,
        params=[*parameters(config), no_measure],
        help=f"Describe a run of `kerasgan train {config.MODEL}` with the same options. No data is "
        "read and nothing written.",
    )(run)


@click.group(
    cls=ModelGroup, command=_command, epilog="Next: `kerasgan describe acgan --preset quick`."
)
def describe() -> None:
    """Show a model's layers, the work of a step and the duration of a run."""


def _record(description) -> dict[str, Any]:
    """A description as JSON types; multiply_adds are single ones, not millions."""
    config = description.config
    return {
        "model": config.MODEL,
        "networks": {network.name: _network(network) for network in description.networks},
        "labels": description.schema.sizes,
        "parameters": description.parameters,
        "batch_size": config.batch_size,
        "multiply_adds": description.multiply_adds,
        "d_steps": description.d_steps,
        "g_steps": description.g_steps,
        "steps": config.steps,
        "epochs": config.epochs,
        "num_images": description.num_images,
        "seconds_per_step": description.seconds_per_step,
        "hours": description.hours,
    }


def _network(network) -> dict[str, Any]:
    keys = ("layer", "kind", "output", "parameters", "multiply_adds")
    return {
        "layers": [dict(zip(keys, layer, strict=True)) for layer in network.layers],
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
    }


def _echo(description) -> None:
    for network in description.networks:
        messages.echo(f"{network.name}, forward for one image:")
        messages.table(_HEAD, [*map(_row, network.layers), _total(network)])
        messages.echo("")
    if labels := description.schema.sizes:
        sizes = ", ".join(f"{name} ({size} values)" for name, size in labels.items())
        messages.echo(f"labels: {sizes}, as of the avatars; those of --data are not read")
    messages.echo(f"parameters of all networks: {description.parameters:,}")
    messages.echo(
        f"a step of batch size {description.config.batch_size}: "
        f"{description.multiply_adds / 1e9:,.2f} billion multiply-adds\n"
        f"  updates: {description.d_steps} of the discriminator, {description.g_steps} of the "
        "generator\n"
        "  counted: convolutions and matrix products, forward and in all gradients that are needed"
    )
    if description.hours is not None:
        _echo_duration(description)


def _echo_duration(description) -> None:
    from kerasgan.training import interaction

    config = description.config
    epochs = f"{config.epochs} epochs of {description.num_images:,} images, " * bool(config.epochs)
    messages.echo(
        f"{epochs}{config.steps:,} steps on this machine: about "
        f"{interaction.duration(description.hours)}, at {description.seconds_per_step:.3g} s each\n"
        "  measured: three steps on random images, without evaluation, sample sheets, checkpoints"
    )


def _row(layer) -> tuple[str, ...]:
    shape = " x ".join(map(str, layer.shape))
    return layer.name, layer.kind, shape, *_numbers(layer)


def _total(network) -> tuple[str, ...]:
    return "total", "", "", *_numbers(network)


def _numbers(part) -> tuple[str, str]:
    millions = part.multiply_adds / 1e6
    return f"{part.parameters:,}" * bool(part.parameters), f"{millions:,.3f}" * bool(millions)
