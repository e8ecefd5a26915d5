"""One file as the formats see it: its bytes, and its text for the formats that are text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.decoding import encodings
from riskscore.manifest.decoding.encodings import Decoded
from riskscore.manifest.formats.table import Table
from riskscore.manifest.hints import NO_HINTS, Hints

_BLANKS = b"\xef\xbb\xbf \t\r\n\0"


@dataclass(frozen=True)
class File:
    """A member of a manifest. Messages call it `name`; its bytes are read, and its `text` decoded, when first used.

    `hints` say what the content does not tell.
    """

    member: archives.Member
    hints: Hints = NO_HINTS

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.member.name

    @property
    def data(self) -> bytes:
        """All bytes, in memory."""
        return self.member.data

    @property
    def head(self) -> bytes:
        """The first archives.HEAD_BYTES bytes."""
        return self.member.head

    def open(self) -> IO[bytes]:
        """Open the bytes as a stream, which stays on the disk where the file is plain."""
        return self.member.open()

    @property
    def path(self) -> Path | None:
        """Where the file is on the disk, unpacked; None where it is in an archive."""
        return self.member.path

    @cached_property
    def _decoded(self) -> Decoded:
        return encodings.decode(self.name, self.data, self.hints.encoding)

    @property
    def text(self) -> bytes:
        """The file as UTF-8. Raises ManifestError where it is not text in a known encoding, or empty."""
        if not self._decoded.text.lstrip(_BLANKS):
            raise ManifestError(f"{self.name} is empty; a manifest needs at least a line of headings")
        return self._decoded.text

    @cached_property
    def body(self) -> bytes:
        """The text from its first character that is not blank. Raises as `text` does."""
        return self.text.lstrip(_BLANKS)

    def with_encoding(self, table: Table) -> Table:
        """Return a table that was read from the text, with the encoding of the text and notes on it."""
        return replace(table, encoding=self._decoded.encoding, notes=(*self._decoded.notes, *table.notes))
