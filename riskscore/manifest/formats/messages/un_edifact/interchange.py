"""Walk through the interchanges of a file: which message begins where, in which character set, and is it complete.

    UNB ─▶ UNG ─▶ UNH ─▶ segments of a message, for the reader of its type ─▶ UNT ─▶ UNE ─▶ UNZ

Wrong counts and missing ends are notes. A message that the file cuts off is incomplete, which its reader is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO, Protocol

from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.un_edifact.segments import CUT, Elements, Segments
from riskscore.manifest.formats.messages.un_edifact.values import moment, part


class MessageReader(Protocol):
    """A reader of one type of message: `acts` has a function for each tag that it reads."""

    acts: dict[str, Callable[[Elements], None]]

    def begin(self, line: int, sent_at: datetime | None) -> None:
        """Begin a message in `line`; its interchange was prepared at `sent_at`."""

    def end(self, *, cut: bool) -> None:
        """End the message; `cut` where the file ends within it."""


class Interchange:
    """All messages of one file. `types` counts them by type and version, in the order of the file."""

    def __init__(self, stream: IO[bytes], head: bytes, reader: Reader) -> None:
        self.segments = Segments(stream, head)
        self.values = reader
        self.types: dict[tuple[str, str], int] = {}
        self.damage: str | None = None
        self._readers: Mapping[str, MessageReader] = {}
        self._reader: MessageReader | None = None
        self._acts: dict[str, Callable[[Elements], None]] = {}
        self._acts_by_kind: dict[str, dict[str, Callable[[Elements], None]]] = {}
        self._sent_at: datetime | None = None
        self._open = self._in_message = False
        self._number = self._began = 0
        self._service: dict[str, Callable[[Elements], None]] = {
            "UNB": self._unb,
            "UNH": self._unh,
            "UNT": self._unt,
            "UNZ": self._unz,
            CUT: self._cut,
        }

    def walk(self, readers: Mapping[str, MessageReader]) -> None:
        """Give the segments of each message to the reader of its type. `damage` says afterwards why the file ended."""
        self._readers = readers
        self._acts_by_kind = {kind: {**reader.acts, **self._service} for kind, reader in readers.items()}
        self._acts = self._service
        try:
            for elements in self.segments:
                self._number += 1
                act = self._acts.get(elements[0][0].strip())
                if act is not None:
                    act(elements)
        except ValueError as error:
            self.damage = str(error)
        if self._in_message:
            self.damage = self.damage or "the file ends within a message"
            self._finish(cut=True)
        elif self._open:
            self.values.tell("interchange", "{} without an end (UNZ)")

    def line(self) -> int:
        """The line of the segment that is being read."""
        return self.segments.line

    def form(self, *kinds: str) -> str:
        """The types and versions of the messages that are of these kinds, such as CUSCAR D.95B."""
        forms = [f"{kind} {version}".strip() for kind, version in self.types if kind in kinds]
        return ", ".join(forms[:3])[:100]

    def notes(self) -> list[str]:
        """What was decided on the way, in sentences."""
        notes = self.values.notes()
        if self.damage:
            notes.append(f"{self.damage}, so its last messages may be missing")
        if self.segments.strange:
            notes.append(
                f"{self.segments.strange:,} texts are not in the character set that the interchange declares; "
                "they were read as UTF-8 or Windows-1252"
            )
        if not self.segments.has_lines:
            notes.append("the file is not divided into lines, so line numbers are numbers of segments")
        return notes

    def _unb(self, elements: Elements) -> None:
        self._expect_no_message()
        self._open = True
        syntax = part(elements, 1)
        self.values.decimal = self.segments.decimal
        if not self.segments.declare(syntax):
            self.values.tell("interchange", "{} in a character set that is not known", syntax)
        digits = part(elements, 4) + part(elements, 4, 1)
        form = {10: "201", 12: "203"}.get(len(digits), "")
        self._sent_at = moment(digits, form) if form else None
        if part(elements, 11) == "1":
            self.values.tell("interchange", "{} marked as a test by the sender")

    def _unh(self, elements: Elements) -> None:
        self._expect_no_message()
        kind = part(elements, 2).upper()
        version = ".".join(filter(None, (part(elements, 2, 1), part(elements, 2, 2)))).upper()
        self.types[kind, version] = self.types.get((kind, version), 0) + 1
        self._in_message, self._began = True, self._number
        self._reader = self._readers.get(kind)
        if self._reader is not None:
            self._reader.begin(self.segments.line, self._sent_at)
            self._acts = self._acts_by_kind[kind]

    def _unt(self, elements: Elements) -> None:
        if self._in_message:
            counted = self._number - self._began + 1
            stated = part(elements, 1).lstrip("0")
            if stated != str(counted):
                self.values.tell(
                    "message", "{} with another number of segments than UNT says", f"{stated[:20]} instead of {counted}"
                )
        self._finish(cut=False)

    def _unz(self, _: Elements) -> None:
        self._expect_no_message()
        self._open, self._sent_at = False, None

    def _cut(self, _: Elements) -> None:
        self.damage = "the file ends within a segment"

    def _expect_no_message(self) -> None:
        if self._in_message:
            self.values.tell("message", "{} without an end (UNT)")
            self._finish(cut=False)

    def _finish(self, *, cut: bool) -> None:
        if self._in_message and self._reader is not None:
            self._reader.end(cut=cut)
        self._in_message, self._reader, self._acts = False, None, self._service
