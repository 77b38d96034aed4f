"""The tag files of the anime-face course: `2,blonde hair pink eyes`."""

import re
from collections.abc import Collection

from kerasgan.datasets.layouts.base import Match, Row
from kerasgan.datasets.layouts.folder import Folder
from kerasgan.datasets.layouts.label_file import LabelFileLayout, Labels, Lines
from kerasgan.datasets.layouts.table import has_name_column
from kerasgan.datasets.layouts.tags import split_tags

_TAG_LINE = re.compile(r"[^,]{1,100},")
_COLOUR = re.compile(r"\s(hair|eyes)\b", re.IGNORECASE)
_SAMPLE = 1000


class Course2018(LabelFileLayout):
    """Images in images/ and lines of plain tags."""

    name = "course-2018"
    description = "images/ and tags.csv with lines such as 0,aqua hair red eyes"
    usual_names = ("tags.csv",)

    def recognizes(self, lines: Lines) -> bool:
        if has_name_column(lines):
            return False
        sample = [line for _, line in lines[:_SAMPLE]]
        tag_lines = sum(bool(_TAG_LINE.match(line)) for line in sample)
        return 2 * tag_lines >= len(sample) and any(map(_COLOUR.search, sample))

    def parse(self, lines: Lines, columns: Collection[str] = ()) -> Labels:
        rows, problems = [], []
        for number, line in lines:
            name, comma, text = line.partition(",")
            name = name.strip().strip('"').strip()
            if not comma or not name:
                problems.append(f"line {number}: {line[:60]!r} is not of the form 'NAME,TAGS'")
            else:
                rows.append(Row(number, name, split_tags(text.strip().strip('"'))))
        return Labels(rows, problems)


class Course2017(Course2018):
    """Images in faces/ and lines whose tags have counts and are separated by tabs."""

    name = "course-2017"
    description = "faces/ and tags_clean.csv with lines such as 0,aqua hair:12<tab>red eyes:3"
    usual_names = ("tags_clean.csv",)

    def detect(self, folder: Folder) -> Match | None:
        match = super().detect(folder)
        if match == Match.LABEL_FILE:
            # The lines alone may as well be of 2018.
            return Match.LABEL_FILE_AND_FOLDER if "faces" in folder.subfolders else None
        return match
