"""Split ANSI X12 into segments, as a stream: the separators come from the ISA segment of each interchange.

    ISA*00*...*>~GS*SO*...~  ─▶  Segment(1, ["ISA", "00", ...]), Segment(2, ["GS", "SO", ...])

The byte after ISA separates elements. The one after the sixteenth of them is the separator of components, and the next
one ends each segment. Line breaks that are not the terminator mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

LONGEST = 64 * 2**10
"""Most bytes of a segment; those of X12 have a few hundred."""

MOST_ELEMENTS = 200
"""Most elements of a segment that are looked at."""

_CHUNK = 2**20
_BLANKS = b"\xef\xbb\xbf \t\r\n\0"
_SKIP = re.compile(rb"[\xef\xbb\xbf \t\r\n\x00]*")
_START = re.compile(rb"ISA([^A-Za-z0-9\s])[0-9A-Za-z ]{0,2}\1")
_SET = re.compile(rb"\WST([^A-Za-z0-9\s])[0-9]{3}\1[0-9]{4,9}\W")
_ISA_ELEMENTS = 16
_ISA_LONGEST = 250


class Segment(NamedTuple):
    """One segment: its number in the file from 1, and its elements; the first one is its name."""

    number: int
    elements: list[str]

    def get(self, place: int) -> str:
        """The element at `place` (1 is the first after the name) without blanks around it; empty where it is absent."""
        return self.elements[place].strip() if place < len(self.elements) else ""


class DamagedError(Exception):
    """The rest of the file cannot be split into segments; `number` is that of the segment where it stops."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number


def is_start(head: bytes) -> bool:
    """Whether `head`, the beginning of a file, is an ISA segment, or a damaged one with a set after it."""
    head = head.lstrip(_BLANKS)
    start = _START.match(head)
    if start is not None and head[:_ISA_LONGEST].count(start[1]) >= _ISA_ELEMENTS:
        return True
    return head.startswith(b"ISA") and _SET.search(head[: 4 * _ISA_LONGEST]) is not None


def segments(stream: IO[bytes]) -> Iterator[Segment]:
    """The segments of all interchanges in `stream`. Raises DamagedError where it cannot go on."""
    number, buffer, place = 0, b"", 0
    separators: tuple[str, bytes] | None = None
    ended = False
    while not (ended and place >= len(buffer)):
        chunk = stream.read(_CHUNK)
        ended = not chunk
        buffer, place = buffer[place:] + chunk, 0
        while place < len(buffer):
            if separators is None:
                place = _SKIP.match(buffer, place).end()  # type: ignore[union-attr]
                if len(buffer) - place < _ISA_LONGEST and not ended:
                    break
                if place < len(buffer):
                    separators = _separators(buffer[place : place + _ISA_LONGEST], number + 1)
                continue
            element, terminator = separators
            end = buffer.find(terminator, place)
            if end < 0 and not ended and len(buffer) - place <= LONGEST:
                break
            if end - place > LONGEST or (end < 0 and len(buffer) - place > LONGEST):
                raise DamagedError(number + 1, f"it is longer than {LONGEST:,} bytes")
            raw = buffer[place:end] if end >= 0 else buffer[place:]
            place = end + 1 if end >= 0 else len(buffer)
            elements = _decoded(raw).split(element, MOST_ELEMENTS)
            elements[0] = elements[0].strip().upper()
            if not elements[0]:
                continue
            number += 1
            if end < 0:
                raise DamagedError(number, "the file ends within it")
            yield Segment(number, elements)
            if elements[0] == "IEA":
                separators = None


def _separators(head: bytes, number: int) -> tuple[str, bytes]:
    """Separator of elements and terminator of segments of the interchange that begins with `head`."""
    start = _START.match(head)
    if start is None:
        raise DamagedError(number, "an ISA segment must be here")
    place = 0
    for _ in range(_ISA_ELEMENTS):
        place = head.find(start[1], place) + 1
        if not place:
            raise DamagedError(number, "the ISA segment has too few elements")
    terminator = head[place + 1 : place + 2]
    if not terminator or terminator.isalnum() or terminator == start[1]:
        raise DamagedError(number, "the ISA segment does not say how segments end")
    return start[1].decode("latin-1"), terminator


def _decoded(raw: bytes) -> str:
    """The text of a segment without line breaks: UTF-8, or Latin-1 where it is none."""
    if b"\n" in raw or b"\r" in raw:
        raw = raw.replace(b"\r", b"").replace(b"\n", b"")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
