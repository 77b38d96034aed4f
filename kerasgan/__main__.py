"""python -m kerasgan"""

from kerasgan.commands import cli

cli(prog_name="kerasgan")
