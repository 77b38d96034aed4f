"""Labels of images: their names, their values and the combinations that occur."""

from kerasgan.labels.label import BINARY, MISSING, Label
from kerasgan.labels.names import check_names, format_values, identifier, parse_values
from kerasgan.labels.schema import LabelSchema

__all__ = [
    "BINARY",
    "MISSING",
    "Label",
    "LabelSchema",
    "check_names",
    "format_values",
    "identifier",
    "parse_values",
]
