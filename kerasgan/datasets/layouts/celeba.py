"""CelebA's attribute list."""

import re

from kerasgan.datasets.layouts.label_file import LabelFileLayout, Labels, Lines
from kerasgan.datasets.layouts.table import labels_of_records


class CelebA(LabelFileLayout):
    """A line with the count, a line of attributes, then a name and 1 or -1 for each attribute."""

    name = "celeba"
    description = "list_attr_celeba.txt, 1 or -1 for every attribute"
    usual_names = ("list_attr_celeba.txt",)

    def recognizes(self, lines: Lines) -> bool:
        return len(lines) > 1 and bool(re.fullmatch(r"\s*\d{1,9}\s*", lines[0][1]))

    def parse(self, lines: Lines) -> Labels:
        (_, count), (_, header), *lines = lines
        attributes = header.split()
        records, problems = [], []
        if int(count) != len(lines):
            problems.append(f"line 1: announces {int(count)} lines, and {len(lines)} follow")
        for number, line in lines:
            name, *values = line.split()
            if len(values) != len(attributes) or set(values) - {"1", "-1"}:
                problems.append(
                    f"line {number}: {line[:40]!r} must have 1 or -1 for each of "
                    f"{len(attributes)} attributes"
                )
            else:
                flags = dict(zip(attributes, values, strict=True))
                records.append((number, {"file_name": name, **flags}))
        return labels_of_records(records, problems)
