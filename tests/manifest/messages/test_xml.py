"""XML of any kind is read within limits, or refused in one line."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messages_samples import SAMPLES, XML, changed, parsed, rows

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.messages.customs_xml import xml
from riskscore.manifest.read import read


def refusal(folder: Path, data: str | bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parsed(folder, data)
    message = str(caught.value)
    assert message.isprintable()
    assert "m.xml" in message
    return message


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE Awmds SYSTEM "http://127.0.0.1/none.dtd">',
        '<!DOCTYPE Awmds [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE Awmds [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
    ],
)
def test_a_document_type_declaration_is_refused_before_anything_is_read(doctype: str, tmp_path: Path) -> None:
    text = changed("awmds", ("<Awmds>", f"{doctype}<Awmds>"))
    assert "DOCTYPE" in refusal(tmp_path, text)
    assert "long comment" in refusal(tmp_path, text.replace("<!DOCTYPE", f"<!--{'x' * 70_000}--><!DOCTYPE"))


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-1", "cp1252"),
        ("windows-1252", "cp1252"),
        ("GBK", "gbk"),
    ],
)
def test_the_declared_encoding_counts(encoding: str, codec: str, tmp_path: Path) -> None:
    name = "宁波灯具" if codec == "gbk" else "CAFÉ ORÉE €"
    text = changed("awmds", ("RIFT HIGHLANDS FLOUR MILLS LTD", name), ('"UTF-8"', f'"{encoding}"'))
    assert rows(tmp_path, text.encode(codec))[-1]["shipper_name"] == name


def test_an_encoding_that_is_not_known_or_not_true_is_named(tmp_path: Path) -> None:
    text = changed("awmds", ('"UTF-8"', '"KLINGON-7"'))
    assert "klingon-7" in refusal(tmp_path, text)
    assert "zip" in refusal(tmp_path, text.replace("KLINGON-7", "zip"))
    text = changed("awmds", ("RIFT HIGHLANDS", "CAFÉ"))
    manifest = parsed(tmp_path, text.encode("cp1252"))
    assert manifest.consignments.height == 3
    assert "another encoding" in manifest.quarantine["value"][0]


def test_blanks_before_and_zeros_behind_the_xml_do_not_matter(tmp_path: Path) -> None:
    text = (SAMPLES / "awmds.xml").read_bytes()
    assert len(rows(tmp_path, b"\r\n  " + text + b"\0" * 600_000)) == 4
    path = tmp_path / "m.xml.gz"
    path.write_bytes(gzip.compress(text))
    assert read(path).consignments.height == 4


def test_names_may_have_prefixes_other_capitals_and_no_underscores(tmp_path: Path) -> None:
    plain = rows(tmp_path, changed("awmds"))
    text = changed(
        "awmds", ("ctn_segment", "Ctn_Segment"), ("Bol_segment", "BolSegment"), ("Bol_reference", "bol_Reference")
    )
    assert rows(tmp_path, text) == plain
    text = changed("ics2-ie3f11", ("<IE3F11 xmlns=", "<x:IE3F11 xmlns:x="), ("</IE3F11>", "</x:IE3F11>"))
    assert rows(tmp_path, text) == rows(tmp_path, changed("ics2-ie3f11"))


def test_a_message_in_an_envelope_is_found(tmp_path: Path) -> None:
    text = changed("ens-ie315", ('<?xml version="1.0" encoding="UTF-8"?>', ""))
    wrapped = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{text}</s:Body></s:Envelope>'
    assert rows(tmp_path, wrapped) == rows(tmp_path, text)


def test_what_exceeds_a_limit_is_refused_with_its_line_and_the_bills_before_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(xml, "MAX_TEXT", 300_000)
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 20_000)
    for content, reason in (
        ("<a>" * 100_000, "within each other"),
        ("<a/>" * 30_000, "elements"),
        ("x" * 1_000_000, "characters"),
        (f"<!-- {'x' * 1_000_000} -->", "characters"),
    ):
        manifest = parsed(tmp_path, changed("awmds", ("PERSONAL EFFECTS AND HOUSEHOLD GOODS", content)))
        assert manifest.consignments["bill_of_lading"].unique().to_list() == ["NRDL5503001"]
        assert manifest.quarantine["rule"].to_list() == ["damaged"]
        assert reason in manifest.quarantine["value"][0]
        assert manifest.quarantine["line"][0] > 1


def test_a_file_may_have_more_records_than_one_record_may_have_elements(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 200)
    text = changed("awmds")
    begin, end = text.index("<Bol_segment>"), text.rindex("</Bol_segment>") + len("</Bol_segment>")
    bill = text[begin : text.index("</Bol_segment>") + len("</Bol_segment>")]
    bills = "".join(bill.replace("NRDL5503001", f"NRDL{number:07}") for number in range(500))
    manifest = parsed(tmp_path, text[:begin] + bills + text[end:])
    assert manifest.consignments["bill_of_lading"].n_unique() == 500
    assert manifest.quarantine.height == 0


def test_a_tag_that_never_ends_and_a_million_empty_elements_take_no_time(tmp_path: Path) -> None:
    begin = time.process_time()
    assert "10,000,000" in refusal(tmp_path, "<Awmds><b a='" + "x" * 30_000_000)
    assert "300,000" in refusal(tmp_path, "<Awmds>" + "<a/>" * 1_000_000 + "</Awmds>")
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    ("text", "message", "is_known"),
    [
        ("<ASYCUDA id='1'><Property/></ASYCUDA>", "is a goods declaration \\(ASYCUDA SAD\\), not a manifest", True),
        ("<c:CC351A xmlns:c='http://x/CC351A'/>", "is a notice of customs on goods that must not be loaded", True),
        ("<CC328A/>", "accepts an entry summary declaration \\(CC328A\\), not a manifest, so it is left aside", True),
        ("<CC304A/>", "accepts an amendment", True),
        ("<CC015C/>", "is a transit declaration", True),
        ("<IE3R01 xmlns='urn:x'/>", "is an answer of ICS2 \\(IE3R01\\)", True),
        ("<IE3F20 xmlns='urn:x'/>", "by air", True),
        (
            "<M xmlns='urn:wco:datamodel:WCO:DocumentMetaData-DMS:2'><WCOTypeName>DEC</WCOTypeName><Declaration/></M>",
            "DEC",
            True,
        ),
        ("<Response xmlns='urn:wco:datamodel:WCO:RES:1'/>", "is an answer of customs", True),
        ("<Manifest><Head><MessageType>MT3101</MessageType></Head></Manifest>", "report of an arrival", True),
        ("<Manifest><Head><MessageType>MT1101</MessageType></Head><Response/></Manifest>", "China's customs", True),
        ("<catalog><book/></catalog>", "is XML with root <catalog>: no message that is known", False),
        ("<?xml version='1.0'?>", "without an element", False),
        ("<html><body/></html>", "is XML or HTML", False),
        ("<!DOCTYPE html><html/>", "is XML or HTML", False),
    ],
)
def test_xml_that_is_no_manifest_is_named_in_one_line(text: str, message: str, is_known: bool, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        parsed(tmp_path, text)
    assert isinstance(caught.value, LeftAsideError) == is_known


EDITS = st.tuples(
    st.sampled_from(("flip", "cut", "double", "end", "move", "empty")),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(1, 200),
)


CHANGED = given(sample=st.sampled_from(XML), edits=st.lists(EDITS, min_size=1, max_size=3))
CASES = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(CASES, max_examples=80)
@CHANGED
def test_a_changed_message_balances_or_is_refused_in_one_line(
    sample: str, edits: list[tuple[str, float, float, int]], tmp_path: Path
) -> None:
    check_changed(sample, edits, tmp_path)


@pytest.mark.slow
@settings(CASES, max_examples=400)
@CHANGED
def test_hundreds_of_changed_messages_balance_or_are_refused_in_one_line(
    sample: str, edits: list[tuple[str, float, float, int]], tmp_path: Path
) -> None:
    check_changed(sample, edits, tmp_path)


def check_changed(sample: str, edits: list[tuple[str, float, float, int]], tmp_path: Path) -> None:
    data = bytearray((SAMPLES / f"{sample}.xml").read_bytes())
    for kind, where, other, size in edits:
        place, target = int(where * (len(data) - 1)), int(other * (len(data) - 1))
        part = data[place : place + size]
        if kind == "flip":
            data[place] = target % 256
        elif kind == "double":
            data[place:place] = part
        elif kind == "end":
            del data[max(place, 100) :]
        elif kind == "empty":  # a value, so that the XML stays whole
            start = data.find(b">", place) + 1
            data[start : data.find(b"<", start)] = b""
        else:
            del data[place : place + size]
            data[target:target] = part if kind == "move" else b""
    try:
        parsed(tmp_path, bytes(data) or b" ")
    except ManifestError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 600
