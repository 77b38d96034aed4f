"""The tag files of the anime-face course."""

import re

from kerasgan.datasets import colours
from kerasgan.datasets.layouts.base import Match, Row
from kerasgan.datasets.layouts.folder import Folder
from kerasgan.datasets.layouts.label_file import LabelFileLayout, Labels, Lines
from kerasgan.datasets.layouts.table import has_name_column
from kerasgan.datasets.layouts.tags import split_tags

_TAG_LINE = re.compile(r"[^,]{1,100},")
_SAMPLE = 1000


class Course2018(LabelFileLayout):
    """Images in images/ and lines of plain tags."""

    name = "course-2018"
    description = f"images/ and tags.csv with lines such as 0,{colours.TAG}"
    usual_names = ("tags.csv",)

    def recognizes(self, lines: Lines) -> bool:
        if has_name_column(lines):
            return False
        sample = [line for _, line in lines[:_SAMPLE]]
        tag_lines = sum(bool(_TAG_LINE.match(line)) for line in sample)
        return 2 * tag_lines >= len(sample) and any(map(colours.mentions, sample))

    def parse(self, lines: Lines) -> Labels:
        rows, problems = [], []
        for number, line in lines:
            name, comma, text = line.partition(",")
            name = name.strip().strip('"').strip()
            if not comma or not name:
                problems.append(f"line {number}: {line[:60]!r} is not of the form 'NAME,TAGS'")
            else:
                tags = split_tags(text.strip().strip('"'))
                rows.append(Row(number, name, tags, colours.read(tags)))
        return Labels(rows, problems, colours.COLOURS)


class Course2017(Course2018):
    """Images in faces/ and lines whose tags have counts and are separated by tabs."""

    name = "course-2017"
    description = f"faces/ and tags_clean.csv with lines such as 0,{colours.COUNTED_TAGS}"
    usual_names = ("tags_clean.csv",)

    def detect(self, folder: Folder) -> Match | None:
        match = super().detect(folder)
        if match == Match.LABEL_FILE:
            # The lines alone may as well be of 2018.
            return Match.LABEL_FILE_AND_FOLDER if "faces" in folder.subfolders else None
        return match
