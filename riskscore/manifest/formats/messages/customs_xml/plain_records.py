"""Take whole records apart without a call for each tag, which would take most of the time of a long message.

    <Bol_segment> ... </Bol_segment> <Bol_segment> ... </Bol_segment>  ─▶ expat: well-formed? ─▶ split at < ─▶ nodes

Only records whose tags have no attributes, without comments, CDATA and processing instructions, are taken apart here:
in them every < begins a tag. All others are left to the reader that sees every tag (xml.py). It gives the same nodes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.parsers import expat

from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.customs_xml.xml_opening import plain

_NAME = re.compile(r"[^\s/>=\"']+/?")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_MOST_TAGS = 10_000


class _OtherError(Exception):
    """The records have something that is not read here."""


class PlainRecords:
    """Takes records with the tag `tag` apart. Elements named in `skipped` are read without their text.

    `most` and `deepest` are the limits of xml.py: most elements of a record, and most elements within each other.
    """

    def __init__(self, tag: str, skipped: Collection[str], *, most: int, deepest: int) -> None:
        self.close = f"</{tag}>".encode()
        self._begin, self._name = f"{tag}>", plain(tag)
        self._skipped, self._most, self._deepest = skipped, most, deepest
        self._tags: dict[str, str] = {}

    def nodes(self, block: bytes, line: int) -> list[Node] | None:
        """The records of `block`, which begins in `line` and ends with a record; None where they are not plain."""
        if b"<!" in block or b"<?" in block or b"\r" in block or block.count(b"<") > self._most:
            return None
        parser = expat.ParserCreate("utf-8")
        try:
            for part in (b"<r>", block, b"</r>"):
                parser.Parse(part, part == b"</r>")
            text = block.decode()
            nodes: list[Node] = []
            for record in text.split(self.close.decode())[:-1]:
                nodes.append(self._node(record))
                nodes[-1].line = line + record.count("\n", 0, record.find("<"))
                line += record.count("\n")
        except (expat.ExpatError, UnicodeDecodeError, _OtherError):
            return None
        return nodes

    def _node(self, text: str) -> Node:
        """The record of `text`, which lacks the tag at its end. Raises _OtherError where it is not plain."""
        before, first, *pieces = text.split("<")
        if before.strip() or not first.startswith(self._begin):
            raise _OtherError
        node = record = Node(self._name)
        above: list[Node] = []
        names, values, tags, skipped = node.names, node.values, self._tags, self._skipped
        # The element that began last, and its text. It becomes a node when another one begins in it.
        began: str | None = None
        content = ""
        for piece in pieces:
            if piece[0] == "/":
                if began is not None:
                    names.append(began)
                    values.append(content.strip())
                    began = None
                    continue
                if not above:
                    raise _OtherError
                node = above.pop()
                names, values = node.names, node.values
                continue
            if began is not None:
                if began in skipped or len(above) > self._deepest:
                    raise _OtherError
                above.append(node)
                node = node.add(began)
                names, values = node.names, node.values
            tag, _, content = piece.partition(">")
            began = tags.get(tag) or self._plain(tag)
            if "&" in content:
                content = _ENTITY.sub(_sign, content)
            if began in skipped:
                content = ""
            if tag[-1] == "/":
                names.append(began)
                values.append("")
                began = None
        if above or began is not None:
            raise _OtherError
        if not record.names:
            record.text = first[len(self._begin) :].strip()
        return record

    def _plain(self, tag: str) -> str:
        if not _NAME.fullmatch(tag) or len(self._tags) > _MOST_TAGS:
            raise _OtherError
        name = plain(tag.removesuffix("/"))
        if name == self._name:
            raise _OtherError
        self._tags[tag] = name
        return name


def _sign(found: re.Match[str]) -> str:
    """The character that an entity stands for; expat has seen that there is one."""
    hexadecimal, decimal, name = found.groups()
    return _ENTITIES[name] if name else chr(int(hexadecimal or decimal, 16 if hexadecimal else 10))
