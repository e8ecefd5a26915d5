"""What the first bytes of an XML file show: its encoding, and the names and texts by which messages are recognised."""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from riskscore.manifest.formats.file import File

_MOST_NAMES = 2_000
_DEEPEST = 64
_DECLARED = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")


@dataclass
class Opening:
    """Plain names of elements in their order, namespaces, and the first text under each name.

    `root` is the name of the root as written, `doctype` that of a document type declaration, and `unknown_encoding` the
    declared encoding, if it is not known; these may be empty.
    """

    names: dict[str, None] = field(default_factory=dict)
    namespaces: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    root: str = ""
    doctype: str = ""
    unknown_encoding: str = ""


class _KnownError(Exception):
    """Enough is known."""


def plain(name: str) -> str:
    """The name of an element or attribute without prefix and underscores, in lower case."""
    return name.rpartition(":")[2].replace("_", "").lower()


def opening(file: File) -> Opening | None:
    """What the head of `file` shows, or None where it is not XML; a page of HTML is not."""
    return _opening(file.head)


@lru_cache(maxsize=2)
def _opening(head: bytes) -> Opening | None:
    found = Opening()
    open_: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.root = found.root or tag
        open_.append(plain(tag))
        found.names[open_[-1]] = None
        found.namespaces += [value for name, value in attributes.items() if name.startswith("xmlns")]
        if len(found.names) > _MOST_NAMES or len(open_) > _DEEPEST:
            raise _KnownError

    def text(data: str) -> None:
        if open_ and (value := data.strip()):
            found.texts.setdefault(open_[-1], value)

    def doctype(name: str, *_: object) -> None:
        found.doctype = name
        raise _KnownError

    data, coding = start_of(head)
    if not data.startswith(b"<") and coding is None:
        return None
    parser = expat.ParserCreate("utf-8" if coding else None)
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        ready = data.decode(coding, "ignore").encode() if coding else data
    except LookupError:
        return Opening(unknown_encoding=coding or "")
    with contextlib.suppress(expat.ExpatError, _KnownError, ValueError):
        parser.Parse(ready)
    is_xml = found.root or found.doctype or data.startswith(b"<?xml")
    return found if is_xml and "html" not in (plain(found.root), found.doctype.lower()) else None


def start_of(head: bytes) -> tuple[bytes, str | None]:
    """`head` without what stands in front of the first tag, and its encoding where Python decodes it, not expat."""
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return head, "utf-16"
    if head[:4] in (b"<\0?\0", b"\0<\0?"):
        return head, "utf-16-le" if head[:1] == b"<" else "utf-16-be"
    data = head.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    declared = _DECLARED.match(data[:400])
    if declared is None or head.startswith(codecs.BOM_UTF8):
        return data, None
    name = declared[1].decode("ascii").lower()
    try:
        " ".encode(name)  # raises LookupError for codecs that are no encodings of text, too
        known = codecs.lookup(name).name
    except LookupError:
        return data, name
    if known in ("utf-8", "ascii") or known.startswith(("utf-16", "utf-32")):
        return data, None
    # The bytes without a character in ISO-8859-1 are those of Windows-1252, which such files are written in.
    return data, "cp1252" if known == "iso8859-1" else known


def is_utf8(data: bytes) -> bool:
    """Whether XML that expat decodes itself is UTF-8, as it is where nothing else is declared."""
    declared = _DECLARED.match(data[:400])
    return data.startswith(b"<") and (declared is None or declared[1].lower() in (b"utf-8", b"utf8"))
