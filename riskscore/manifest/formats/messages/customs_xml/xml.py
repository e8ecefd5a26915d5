"""Read XML as a stream: one record after the other, so that memory stays level however long the file is.

    bytes ─▶ expat ─▶ elements outside the records (`header`) + records, each a small tree of nodes (node.py)

Names are compared in lower case, without prefixes of namespaces and underscores, because systems differ in them.
A document type declaration (DOCTYPE) is refused before anything else is read, so no entity is expanded or fetched.
Depth, length of a text, and size of a record have limits. Where the XML is damaged or cut off, the records before are
complete, and `broken` says where and why the rest was not read.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from riskscore.errors import ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.customs_xml.plain_records import PlainRecords
from riskscore.manifest.formats.messages.customs_xml.xml_opening import is_utf8, plain, start_of
from riskscore.manifest.formats.messages.rows import Rows

MAX_DEPTH = 64
"""Most elements within each other."""

MAX_TEXT = 10_000_000
"""Most characters of one text, and most bytes of one tag or comment."""

MAX_ELEMENTS = 300_000
"""Most elements in one record, and in all that stands outside the records."""

_TOO_DEEP = f"the message has more than {MAX_DEPTH} elements within each other"
_STEP = 2**18
_CDATA = b"<!["
_PADDING = b"\0\x1a \t\r\n"
_MOST_NAMES = 10_000
_CUT_OFF = (
    "XML_ERROR_NO_ELEMENTS",
    "XML_ERROR_UNCLOSED_TOKEN",
    "XML_ERROR_PARTIAL_CHAR",
    "XML_ERROR_UNCLOSED_CDATA_SECTION",
)
_CUT_OFF_CODES = tuple(expat.errors.codes[getattr(expat.errors, name)] for name in _CUT_OFF)
_INVALID = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


@dataclass(frozen=True)
class Broken:
    """Where and why reading ended early; `record` is what was read of the record that was open there, if one was."""

    line: int
    reason: str
    is_cut_off: bool = False
    record: Node | None = None


class _LimitError(Exception):
    """A limit is exceeded."""


class Records:
    """The records of `file`: the elements with one of the plain names `wanted`, in the order of the file.

    While they are read, `header` fills with the elements outside of them. In the end, `broken` says why reading ended
    early, if it did. Elements named in `skipped` are read without their text. With `only_header`, records are passed
    over. Raises ManifestError where the file has a DOCTYPE, or an encoding that is not known.
    """

    def __init__(
        self, file: File, wanted: Collection[str], *, skipped: Collection[str] = (), only_header: bool = False
    ) -> None:
        self.header = Node("")
        self.broken: Broken | None = None
        self._file = file
        self._wanted = frozenset(wanted)
        self._skipped = frozenset(skipped)
        self._only_header = only_header
        self._record: Node | None = None
        self._stack = [self.header]
        self._ready: list[Node] = []
        self._parts: list[str] = []
        self._plain_records: PlainRecords | None = None
        self._has_cdata = False
        self._fed = 0
        self._last = self._held = b""

    def __iter__(self) -> Iterator[Node]:
        with self._file.open() as stream:
            first = stream.read(_STEP)
            data, coding = start_of(first)
            skipped_lines = first[: len(first) - len(data)].count(b"\n")
            parser = self._parser("utf-8" if coding else None)
            decoder = self._decoder(coding)
            may_be_plain = decoder is not None or is_utf8(data)
            try:
                for chunk, is_last in _chunks(data, stream, strip=not (coding or "").startswith("utf-16")):
                    ready = decoder.decode(chunk, is_last).encode() if decoder else chunk
                    if may_be_plain and not self._only_header:
                        ready = yield from self._without_plain(parser, self._held + ready, is_last)
                    yield from self._fed_to(parser, ready, is_last)
            except (expat.ExpatError, _LimitError, ValueError) as error:
                yield from self._ready
                self._ready.clear()
                line = parser.ErrorLineNumber if isinstance(error, expat.ExpatError) else parser.CurrentLineNumber
                self._end(error, line + skipped_lines)

    def _fed_to(self, parser: expat.XMLParserType, data: bytes, is_last: bool) -> Iterator[Node]:
        """Feed `data` to the parser and yield the records that end in it. Raises _LimitError."""
        self._has_cdata |= _CDATA in self._last + data
        self._last = data[-2:]
        parser.Parse(data, is_last)
        yield from self._ready
        self._ready.clear()
        self._fed += len(data)
        if self._fed - max(parser.CurrentByteIndex, 0) > MAX_TEXT or sum(map(len, self._parts)) > MAX_TEXT:
            raise _LimitError(f"a text or tag has more than {MAX_TEXT:,} characters")

    def _without_plain(self, parser: expat.XMLParserType, data: bytes, is_last: bool) -> Generator[Node, None, bytes]:
        """Yield records that are plain, which the parser need not see, and return the rest of `data` for it.

        What may be the beginning of such a record is kept for the next time.
        """
        self._held = b""
        plain_records = self._plain_records
        if plain_records is None or self._has_cdata:
            return data
        if self._record is not None and (end := data.find(plain_records.close)) >= 0:
            end += len(plain_records.close)
            yield from self._fed_to(parser, data[:end], False)
            data = data[end:]
        if self._record is not None or parser.CurrentByteIndex != self._fed or len(self._stack) == 1:
            return data
        if (end := data.rfind(plain_records.close)) >= 0:
            end += len(plain_records.close)
            block = data[:end].replace(b"\r\n", b"\n")
            nodes = plain_records.nodes(block, parser.CurrentLineNumber)
            if nodes is None:
                self._plain_records = None
                return data
            yield from nodes
            # So the parser goes on counting lines.
            yield from self._fed_to(parser, b"\n" * block.count(b"\n"), False)
            self._parts.clear()
            data = data[end:]
        if not is_last and len(data) < _STEP:
            self._held, data = data, b""
        return data

    def _decoder(self, coding: str | None) -> codecs.IncrementalDecoder | None:
        if coding is None:
            return None
        try:
            return codecs.getincrementaldecoder(coding)("replace" if coding == "cp1252" else "strict")
        except LookupError:
            raise ManifestError(
                f"{self._file.name} is XML in the encoding {coding[:40]!r}, which is not known; save it as UTF-8"
            ) from None

    def _end(self, error: Exception, line: int) -> None:
        is_cut_off = False
        if isinstance(error, _LimitError):
            reason = str(error)
        elif not isinstance(error, expat.ExpatError):
            reason = "bytes that do not belong to the declared encoding"
        elif error.code in _CUT_OFF_CODES:
            reason, is_cut_off = "the file ends before the message does", True
        elif error.code == _INVALID:
            reason = "a character or tag that XML does not allow here, or bytes of another encoding"
        elif error.code == _JUNK:
            reason = "other data after the end of the message"
        else:
            reason = f"damaged XML ({expat.ErrorString(error.code)})"
        self.broken = Broken(line, reason, is_cut_off, self._record)

    def _refuse_doctype(self, *_: object) -> None:
        raise ManifestError(
            f"{self._file.name} has a document type declaration (DOCTYPE), with which a file can harm its reader; "
            "remove it, as no manifest needs one"
        )

    def _parser(self, coding: str | None) -> expat.XMLParserType:
        """A parser that fills `header` and `_ready`. Most of the time goes into what it calls for each tag."""
        parser = expat.ParserCreate(coding)
        parser.buffer_text, parser.buffer_size, parser.ordered_attributes = True, 2**16, True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        names: dict[str, str] = {}
        stack = self._stack
        wanted, skipped, parts, ready = self._wanted, self._skipped, self._parts, self._ready
        push, pop = stack.append, stack.pop
        count = outside = 0

        def start(tag: str, attributes: list[str]) -> None:
            nonlocal count, outside
            name = names.get(tag)
            if name is None:
                name = plain(tag)
                if len(names) < _MOST_NAMES:
                    names[tag] = name
            if parts:
                parts.clear()
            count += 1
            if count > MAX_ELEMENTS:
                raise _LimitError(f"one part of the message has more than {MAX_ELEMENTS:,} elements")
            if name in wanted and self._record is None:
                if self._only_header:
                    self._pass_over(parser)
                    return
                # A record is not a part of what stands outside the records.
                node = self._begin(tag, attributes, parser.CurrentLineNumber)
                outside, count = count - 1, 0
            else:
                node = stack[-1].add(name, attributes or None)
                if len(stack) > MAX_DEPTH:
                    raise _LimitError(_TOO_DEEP)
            push(node)
            if name in skipped:
                parser.CharacterDataHandler = None

        def end(_: str) -> None:
            nonlocal count
            node = pop()
            if parts:
                if not node.names:
                    node.text = (parts[0] if len(parts) == 1 else "".join(parts)).strip()
                parts.clear()
            if node is self._record:
                ready.append(node)
                self._record, count = None, outside
            elif node.name in skipped:
                parser.CharacterDataHandler = parts.append

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = parts.append
        return parser

    def _begin(self, tag: str, attributes: list[str], line: int) -> Node:
        """The record that begins with `tag`; those that follow the first may be plain."""
        self._record = Node(plain(tag), attributes or None)
        self._record.line = line
        if self._plain_records is None and not self._fed:
            self._plain_records = PlainRecords(tag, self._skipped, most=MAX_ELEMENTS, deepest=MAX_DEPTH)
        return self._record

    @staticmethod
    def _pass_over(parser: expat.XMLParserType) -> None:
        """Read the element that just began without keeping anything of it."""
        handlers = parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler
        depth = 1

        def start(*_: object) -> None:
            nonlocal depth
            depth += 1
            if depth > MAX_DEPTH:
                raise _LimitError(_TOO_DEEP)

        def end(_: str) -> None:
            nonlocal depth
            depth -= 1
            if not depth:
                parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = handlers

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, None


def _chunks(first: bytes, stream: IO[bytes], *, strip: bool) -> Iterator[tuple[bytes, bool]]:
    """Parts of the file, and whether each is the last; blanks and zero bytes at the end of the file are left out."""
    held = first
    while chunk := stream.read(_STEP):
        if strip and not chunk.strip(_PADDING):
            if len(held) > MAX_TEXT:
                raise _LimitError("more blanks or zero bytes than any message has")
            held += chunk
            continue
        yield held, False
        held = chunk
    yield held.rstrip(_PADDING) if strip else held, True


def header(file: File, wanted: Collection[str]) -> Node:
    """What stands outside the records of `file`, also after them; reads the file once. Raises as Records does."""
    records = Records(file, wanted, only_header=True)
    for _ in records:
        pass
    return records.header


def refuse_rest(rows: Rows, broken: Broken, what: str) -> None:
    """Refuse the part in which reading ended, which messages call `what`, and all that follows it."""
    rest = f"{what}, and all that follows" if what else "all that follows"
    rows.refuse(broken.line, "cut_off" if broken.is_cut_off else "damaged", f"{broken.reason}; not read: {rest}")
