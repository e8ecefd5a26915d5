"""Split UN/EDIFACT into segments: a stream of bytes in, one segment after the other out.

    UNA:+.? '        the characters that separate, of which ':+.? ' are usual
    UNB+UNOC:3+...'  [["UNB"], ["UNOC", "3"], ...]: elements, each a list of components

A released character (?') is moved beyond Latin-1 before the text is split, and back afterwards. Files are read in
steps, so the memory stays level however long they are. A text is decoded in the character set of its interchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

Elements = list[list[str]]
"""A segment: its elements, the first of which is its tag, each with its components."""

CUT = "CUT"
"""Tag of the last segment of a file that ends without a terminator."""

LONGEST = 16 * 2**20
"""Bytes after which a segment without an end is damage."""

LONGEST_TEXT = 20_000
"""Characters of a text that are kept."""

_STEP = 512 * 1024
_MOST = 99
_AWAY = 0x100
_BACK = {_AWAY + code: code for code in range(_AWAY)}
_SEPARATORS = (":", "+")
_USUAL = ":+.? '"
_NEAR_END = 80
_SIGNS = re.compile(
    r"UNA([^\w\s])([^\w\s])(.)(.)(.)([^\w ])(?=\s*UN[BGH]\2)|UNB([^\w\s])[A-Z]{4}([^\w\s])\d", re.DOTALL
)
_BROKEN_LINE = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_START = re.compile(rb"[\xef\xbb\xbf\s\0]*(UNA[^\w\s]{2}.{4}\s*)?(UN[BGH])[^\w\s]", re.DOTALL)
_MESSAGE = re.compile(rb"UNH[^\w\s][^'\n]{0,60}?[^\w\s][A-Z]{6}[^\w\s][A-Z0-9]{1,3}[^\w\s]")
_SETS = {
    "KECA": "cp949",
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "latin-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    "UNOX": "ascii",
    "UNOY": "utf-8",
}
"""Character set of a syntax identifier: those of ISO 9735, and the one of Korea."""


def is_edifact(head: bytes) -> bool:
    """Whether a file that begins with `head` is an interchange, or a message without one."""
    start = _START.match(head)
    return start is not None and (
        start[1] is not None
        or re.match(rb"UNB.[A-Z]{4}[^\w\s]\d", head[start.start(2) :]) is not None
        or _MESSAGE.search(head[:4096]) is not None
    )


class Segments:
    """The segments of one file, one after the other.

    `line` is the line of the file in which the latest one begins, or its number where the lines say nothing.
    `encoding` is the character set of the interchange; `strange` counts texts that are in another one.
    """

    def __init__(self, stream: IO[bytes], head: bytes) -> None:
        self._stream = stream
        self._signs = _USUAL
        self._declared = False
        lines = head.rstrip(b"\r\n\0\x1a ").split(b"\n")[:-1]
        self._wrapped = len(lines) > 2 and len(lines[0]) >= 40 and len({len(line) for line in lines}) == 1
        self.has_lines = bool(lines) and not self._wrapped
        self.line = 0
        self.encoding = "ascii"
        self.strange = 0

    @property
    def decimal(self) -> str:
        """The decimal mark that UNA declares, else a point."""
        return "," if self._signs[2] == "," else "."

    def declare(self, syntax: str) -> bool:
        """Use the character set of a syntax identifier, such as UNOC. Returns whether it is known."""
        self.encoding = _SETS.get(syntax, "ascii")
        return syntax in _SETS

    def __iter__(self) -> Iterator[Elements]:
        """Yield each segment that is not blank. Raises ValueError where one has no end within LONGEST."""
        line = 1
        for raw in self._raw():
            body = raw.lstrip("\r\n \t\0")
            if body:
                self.line = line + raw.count("\n", 0, len(raw) - len(body)) if self.has_lines else self.line + 1
                if "\n" in body:
                    body = _BROKEN_LINE.sub(" ", body)
                if self._signs[3] in body and self._signs[3] != " ":
                    body = re.sub(re.escape(self._signs[3]) + r"(?=[^\w\s])", "", body)
                elements = [element.split(":", _MOST) for element in body.split("+", _MOST)]
                yield elements if body.isascii() else [[self._plain(part) for part in parts] for parts in elements]
            line += raw.count("\n")

    def _raw(self) -> Iterator[str]:
        """The text of each segment. What was released is moved away, and ':' and '+' separate whatever UNA says."""
        rest = ""
        while True:
            step = self._stream.read(_STEP)
            if self._wrapped:
                step = step.replace(b"\n", b"").replace(b"\r", b"")
            text = (rest + step.decode("latin-1")).removeprefix("\xef\xbb\xbf")
            start, end = 0, len(text)
            if step and (near := re.search("UN[AB]", text[-_NEAR_END:])):
                end = max(0, end - _NEAR_END) + near.start()
            for found in _SIGNS.finditer(text, 0, end if step else len(text)):
                pieces, rest = self._split(text[start : found.start()])
                yield from pieces
                yield rest
                start = self._use(found)
            pieces, rest = self._split(text[start:end])
            yield from pieces
            if not step:
                break
            rest += text[end:]
            if len(rest) > LONGEST:
                raise ValueError(f"a segment has no end within {LONGEST:,} bytes")
        if last := rest.strip("\r\n \t\0\x1a"):
            yield last if last[:3] in ("UNT", "UNZ") else f"{CUT}+"

    def _use(self, found: re.Match[str]) -> int:
        """Take the signs that UNA declares, or the usual ones of an interchange without it. Returns where to go on."""
        if found[1] is not None:
            self._signs, self._declared = "".join(found.groups()[:6]), True
            return found.end()
        if not self._declared and found[7] + found[8] == "+:":
            self._signs = _USUAL
        self._declared = False
        return found.start()

    def _split(self, text: str) -> tuple[list[str], str]:
        """The segments in `text`, and the part after the last terminator as it stands in the file."""
        component, element, _, release, _, terminator = tuple(self._signs)
        moved = text
        if not release.isspace() and release in text:
            for sign in (release, terminator, element, component):
                moved = moved.replace(release + sign, chr(ord(sign) + _AWAY))
        at = moved.rfind(terminator) + 1
        rest, moved = moved[at:], moved[:at]
        released = sum(rest.count(chr(ord(sign) + _AWAY)) for sign in (release, terminator, element, component))
        if component + element != ":+":
            table: dict[int, int] = {ord(sign): ord(sign) + _AWAY for sign in _SEPARATORS}
            moved = moved.translate(table | {ord(component): ord(":"), ord(element): ord("+")})
        return moved.split(terminator)[:-1], text[len(text) - len(rest) - released :]

    def _plain(self, text: str) -> str:
        """`text` with what was released in its place, in the character set of the interchange."""
        text = text[:LONGEST_TEXT].translate(_BACK)
        if text.isascii():
            return text
        data = text.encode("latin-1")
        if self.encoding in ("ascii", "latin-1", "utf-8"):
            try:
                plain = data.decode("utf-8")
            except UnicodeDecodeError:
                if self.encoding == "latin-1" and not any("\x80" <= sign <= "\x9f" for sign in text):
                    return text
                plain = data.decode("cp1252", errors="replace")
            else:
                if self.encoding == "utf-8":
                    return plain
            self.strange += 1
            return plain
        plain = data.decode(self.encoding, errors="replace")
        self.strange += "\ufffd" in plain
        return plain
