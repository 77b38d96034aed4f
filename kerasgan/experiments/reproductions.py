"""The experiments of the course reports, by name."""

from kerasgan.experiments import report_a, report_c, report_e, translations
from kerasgan.experiments.reproduction import Reproduction

REPRODUCTIONS: dict[str, Reproduction] = {
    **report_a.EXPERIMENTS,
    **report_c.EXPERIMENTS,
    **report_e.EXPERIMENTS,
    **translations.EXPERIMENTS,
}
