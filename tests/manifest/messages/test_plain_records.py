"""Records that are taken apart together are those that the reader of single tags gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from messages_samples import SAMPLES

from riskscore.manifest import archives
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.customs_xml import xml
from riskscore.manifest.formats.messages.customs_xml.node import Node

TEXT = (SAMPLES / "awmds.xml").read_text("utf-8")
BEGIN, END = TEXT.index("  <Bol_segment>"), TEXT.rindex("</Bol_segment>") + len("</Bol_segment>\n")
GOODS = "<Goods_description>SHEA BUTTER, CRUDE</Goods_description>"


def file_of(folder: Path, content: bytes) -> File:
    path = folder / "m.xml"
    path.write_bytes(content)
    return File(archives.open_file(path)[0])


def shape(node: Node) -> tuple[Any, ...]:
    return node.name, node.attributes, node.text, node.line, [shape(child) for child in node.children]


def records(file: File) -> tuple[list[Any], Any, Any]:
    found = xml.Records(file, ("bolsegment",), skipped=("remarks",))
    nodes = [shape(node) for node in found]
    broken = found.broken and (found.broken.line, found.broken.reason, found.broken.is_cut_off)
    return nodes, shape(found.header), broken


@pytest.mark.parametrize("step", [150, 700, 5_000, 2**18])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        (GOODS, ""),
        (GOODS, "<Goods_description>A &amp; B &#65;&#x42; &lt;x&gt; &quot;&apos;</Goods_description>"),
        (GOODS, "<Goods_description/><Goods_description></Goods_description><Goods_description />"),
        (GOODS, "<Goods_description>\u00a0 F\u00cbT\u00c9 > \u5b81 \n </Goods_description >"),
        (GOODS, "text<a>x<b>1</b>y<b/></a>text<c><d><e>2</e></d></c>"),
        (GOODS, "<Remarks>left out</Remarks><Remarks><a>left out, too</a></Remarks><x>in</x>"),
        (GOODS, '<Goods_description lang="EN">A</Goods_description>'),
        (GOODS, "<Goods_description><![CDATA[A </Bol_segment><Bol_segment> B]]></Goods_description>"),
        (GOODS, "<!-- </Bol_segment><Bol_segment> --><a>1</a>"),
        (GOODS, "<?x </Bol_segment><Bol_segment>?><a>1</a>"),
        (GOODS, "<Bol_segment><a>1</a></Bol_segment>"),
        (GOODS, "<Goods_description>&nothing;</Goods_description>"),
        (GOODS, "<Goods_description>A & B</Goods_description>"),
        (GOODS, "<Goods_description>A</Goods_segment>"),
        (GOODS, "<Goods_description>\x02</Goods_description>"),
        (GOODS, "<a>" * 90 + "</a>" * 90),
        ("</Bol_segment>\n", "</Bol_segment><Other>1</Other>text\n"),
        (
            "</Bol_segment>\n",
            "</Bol_segment>\n<Bol_segment/><Bol_segment>x</Bol_segment><Bol_segment></Bol_segment>",
        ),
        ("</Bol_segment>\n", "</Bol_segment>\n</Awmds>"),
        ("</Bol_segment>\n", "</bol_Segment>\n"),
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("<Bol_segment>", "<Bol_segment >"),
        ("Bol_segment>", "x:Bol_segment>"),
    ],
)
def test_all_records_and_what_ends_them_are_the_same_as_tag_by_tag(
    old: str, new: str, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml, "_STEP", step)
    bills = TEXT[BEGIN:END]
    text = TEXT[:BEGIN] + bills * 4 + (bills.replace(old, new) if old else bills) + bills * 4 + TEXT[END:]
    for content in (text.encode(), text.encode()[:-300], text.encode()[:-40] + b"\xff" + text.encode()[-40:]):
        file = file_of(tmp_path, content)
        together = records(file)
        with monkeypatch.context() as patch:
            patch.setattr(xml, "is_utf8", lambda _: False)
            assert records(file) == together


def test_most_of_a_long_file_is_taken_apart_without_a_call_for_each_tag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml, "_STEP", 10_000)
    text = TEXT[:BEGIN] + TEXT[BEGIN:END] * 40 + TEXT[END:]
    for content in (text.encode(), text.replace('"UTF-8"', '"ISO-8859-1"').encode(), text.encode("utf-8-sig")):
        taken: list[int] = []
        nodes = xml.PlainRecords.nodes

        def counted(records: Any, block: bytes, line: int, nodes: Any = nodes, taken: Any = taken) -> Any:
            found = nodes(records, block, line)
            taken.append(len(found or ()))
            return found

        with monkeypatch.context() as patch:
            patch.setattr(xml.PlainRecords, "nodes", counted)
            assert len(list(xml.Records(file_of(tmp_path, content), ("bolsegment",)))) == 120
        assert sum(taken) > 110
