"""Mend lines of delimited text whose quotes are not as they should be, so that the other lines are read as they are.

    1, "PUMPS, USED", 3        a blank before a quoted field
    1,3.5" DISK,3              an inch sign
    1,"3.5" DISK, BLACK",3     an inch sign in a quoted field
    1,"PUMPS,3                 a quote that is never closed

Each such line is written again with every field in proper quotes. A quote that nothing closes is an ordinary character.
"""

from __future__ import annotations

import bisect
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain

import numpy as np

_LONGEST_FIELD = 50
"""Most lines that one quoted field may have in a file with broken quotes."""

_SHOWN = 5
_STEP = 2**20
"""Bytes that are looked at together; the place of each quote among them takes 8."""

_QUOTE = 0x22
_NEWLINE = re.compile(r"(\r\n|\n|\r)")


@dataclass(frozen=True)
class Mended:
    """The text with the same number of lines, and the places (from 0) of lines with a quote that nothing closes.

    `is_new` says that it was written again, so that it is in memory beside the text as it was.
    """

    text: bytes
    unclosed: tuple[int, ...] = ()
    is_new: bool = False

    def note(self, first: int) -> tuple[str, ...]:
        """A note on the lines that are `unclosed`, empty where there are none; the text begins in line `first`."""
        if not self.unclosed:
            return ()
        shown = ", ".join(f"{place + first:,}" for place in self.unclosed[:_SHOWN])
        more = " ..." if len(self.unclosed) > _SHOWN else ""
        lines = f"line {shown} do" if len(self.unclosed) == 1 else f"{len(self.unclosed):,} lines ({shown}{more}) do"
        return (f"the quotes in {lines} not pair up, so they were read as ordinary characters",)


def mend(body: bytes, delimiter: str, width: int, *, certain: bool = False) -> Mended:
    """Mend the lines of `body`, which has `width` fields in a line.

    A body whose quotes all look right is returned as it is, unless it is `certain` that some are wrong.
    """
    if b'"' not in body or not (certain or _is_doubtful(body, delimiter)):
        return Mended(body)
    shape = _Shape(delimiter, width)
    mended = BytesIO()  # it grows in place, where parts would be in memory twice when they are joined
    unclosed: list[int] = []
    lines: list[str] = []
    ends: list[str] = []
    above = 0
    for part, is_last in _parts(body):
        cells = _NEWLINE.split(part.decode("utf-8", errors="replace"))
        # A part ends with a line break, and what follows it is no line before the last one.
        lines += cells[::2] if is_last else cells[:-1:2]
        ends += [*cells[1::2], ""] if is_last else cells[1::2]
        done, found = _mend(lines, len(lines) if is_last else len(lines) - _LONGEST_FIELD, shape)
        unclosed += [above + place for place in found]
        text = "".join(chain.from_iterable(zip(lines[:done], ends[:done], strict=True)))
        mended.write(text.encode("utf-8", errors="replace"))
        del lines[:done], ends[:done]
        above += done
    return Mended(mended.getvalue(), tuple(unclosed), is_new=True)


def _parts(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """Parts of `body` that end with a line, and whether each is the last."""
    start = 0
    while (end := body.find(b"\n", start + _STEP) + 1) and end < len(body):
        yield body[start:end], False
        start = end
    yield body[start:], True


def _mend(lines: list[str], stop: int, shape: _Shape) -> tuple[int, list[int]]:
    """Mend `lines` up to the place `stop`. Returns the place reached, and those of lines with a quote left open."""
    unclosed: list[int] = []
    place = 0
    while place < stop:
        line = lines[place]
        if '"' in line and shape.is_wrong(line):
            if count := _continued(lines, place, shape):
                place += count
                continue
            fields, is_open = shape.fields(line)
            lines[place] = shape.delimiter.join(map(_quoted, fields))
            if is_open:
                unclosed.append(place)
        place += 1
    return place, unclosed


def _is_doubtful(body: bytes, delimiter: str) -> bool:
    """Whether the quotes do not pair up, or one of them neither begins nor ends a field."""
    if body.count(b'"') % 2:
        return True
    before = np.frombuffer(b'"=\r\n' + delimiter.encode(), np.uint8)
    after = np.frombuffer(b'"\r\n' + delimiter.encode(), np.uint8)
    signs = np.frombuffer(body, np.uint8)
    for start in range(0, len(signs), _STEP):
        quotes = np.flatnonzero(signs[start : start + _STEP] == _QUOTE) + start
        quotes = quotes[(quotes > 0) & (quotes < len(signs) - 1)]
        if not (np.isin(signs[quotes - 1], before) | np.isin(signs[quotes + 1], after)).all():
            return True
    return False


class _Shape:
    """How a line of `width` fields looks."""

    def __init__(self, delimiter: str, width: int) -> None:
        mark = re.escape(delimiter)
        self.delimiter, self.width = delimiter, width
        self.proper = re.compile(rf'[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*(?={mark}|$)')
        self.opening = re.compile(r'[ \t]*"')
        self.closing = re.compile(rf'"[ \t]*(?={mark}|$)')
        self.wrong = re.compile(rf'[^"={mark}]"[^"{mark}]|{mark}[ \t]+"')

    def is_wrong(self, line: str) -> bool:
        return line.count('"') % 2 == 1 or self.wrong.search(line) is not None

    def fields(self, line: str) -> tuple[list[str], bool]:
        """The fields of `line`, and whether a quote at the beginning of one is closed by none."""
        found: list[str] = []
        is_open = False
        closings = [(match.start(), match.end()) for match in self.closing.finditer(line)]
        place = 0
        while place <= len(line):
            if match := self.proper.match(line, place):
                found.append(match[1].replace('""', '"'))
                place = match.end()
            elif (match := self.opening.match(line, place)) and (
                closing := bisect.bisect_left(closings, (match.end(), 0))
            ) < len(closings):
                # The field ends with the next quote that a delimiter follows.
                end, place = closings[closing]
                found.append(line[match.end() : end])
            else:
                is_open |= match is not None
                end = line.find(self.delimiter, place)
                found.append(line[place : end if end >= 0 else None])
                place = end if end >= 0 else len(line)
            place += len(self.delimiter)
        if len(found) != self.width and len(plain := line.split(self.delimiter)) == self.width:
            return plain, True
        return found, is_open


def _continued(lines: Sequence[str], place: int, shape: _Shape) -> int:
    """How many lines the row that begins at `place` has, if a quoted field of it goes on in the next lines; else 0."""
    if lines[place].count('"') % 2 == 0:
        return 0
    for end in range(place + 1, min(place + _LONGEST_FIELD, len(lines))):
        if len(lines[end].split(shape.delimiter)) >= shape.width:
            return 0
        if lines[end].count('"') % 2:
            joined = "\n".join(lines[place : end + 1])
            try:
                row = next(csv.reader([joined], delimiter=shape.delimiter, skipinitialspace=True), [])
            except csv.Error:
                return 0
            return end + 1 - place if len(row) == shape.width else 0
    return 0


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
