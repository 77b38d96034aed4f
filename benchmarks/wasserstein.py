"""How the Wasserstein estimate of a run developed: `python -m benchmarks.wasserstein RUN`.

Train with `--log-every 1`: a row is then the mean over one step's critic updates.
"""

import click

from kerasgan.runs import lookup


@click.command()
@click.argument("name", metavar="RUN")
def main(name: str) -> None:
    """Print whether all of RUN's metrics are finite, and the estimate's maximum and late mean."""
    import numpy as np

    from kerasgan.reporting import plots

    run = lookup.run(name)
    metrics = plots.read_metrics(run.metrics_file)
    rows = metrics["step"] * run.config.critic_steps
    finite = all(np.isfinite(column).all() for column in metrics.values())
    estimate = metrics["d_wasserstein"]
    late = estimate[rows > rows[-1] - 100].mean()
    print(
        f"{run.path.name}: {rows[-1]:.0f} critic updates, all finite: {finite}; estimate: "
        f"maximum {estimate.max():.2f}, mean over the last 100 updates {late:.2f} "
        f"({late / estimate.max():.0%})"
    )


if __name__ == "__main__":
    main()
