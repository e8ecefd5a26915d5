"""The tokenizer: separators, released characters, character sets, damage."""

import io

import pytest

from riskscore.manifest.formats.messages.un_edifact import segments as edifact
from riskscore.manifest.formats.messages.un_edifact.segments import Segments, is_edifact


def segments(data: bytes) -> list[list[list[str]]]:
    found = Segments(io.BytesIO(data), data[:65536])
    out = []
    for elements in found:
        if elements[0][0] == "UNB":
            found.declare(elements[1][0])
        out.append(elements)
    return out


def lines(data: bytes) -> list[int]:
    found = Segments(io.BytesIO(data), data[:65536])
    return [found.line for _ in found]


MIXED = (
    b"UNA|*,\\ ~UNB*UNOC|3*A*B~FTX*one|tw\\*o*th\\|ree:four+five\\\\~UNZ*1~\r\n"
    b"UNB+UNOB:1+A'FTX+a|b*c:it??s '\n"
    b"UNA:+.? 'UNB+UNOY:3'FTX+caf\xc3\xa9?'s??'UNZ+1'"
)


@pytest.mark.parametrize("step", [1, 2, 7, 64, 10_000])
def test_each_interchange_has_its_own_separators_wherever_the_file_is_divided(monkeypatch, step):
    monkeypatch.setattr(edifact, "_STEP", step)
    monkeypatch.setattr(edifact, "_NEAR_END", 80)
    texts = [elements for elements in segments(MIXED) if elements[0][0] == "FTX"]
    assert texts == [
        [["FTX"], ["one", "tw*o"], ["th|ree:four+five\\"]],
        [["FTX"], ["a|b*c", "it?s "]],
        [["FTX"], ["café's?"]],
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("D?'OR", "D'OR"),
        ("A??", "A?"),
        ("A???'B", "A?'B"),
        ("5 ?+ 5 ?: 2", "5 + 5 : 2"),
        ("BEANS?, WASHED", "BEANS, WASHED"),
        ("WHAT? NO", "WHAT? NO"),
    ],
)
def test_a_released_character_is_text(written, read):
    assert segments(f"UNB+UNOA:1'FTX+{written}'UNZ+1'".encode())[1] == [["FTX"], [read]]


@pytest.mark.parametrize(
    ("syntax", "encoding", "text", "strange"),
    [
        ("UNOC", "latin-1", "Müller è", 0),
        ("UNOC", "utf-8", "Müller è", 1),
        ("UNOC", "cp1252", "\u0152uvre", 1),
        ("UNOA", "latin-1", "Müller", 1),
        ("UNOY", "utf-8", "東京", 0),
        ("UNOW", "utf-8", "Ünal", 0),
        ("UNOD", "iso8859-2", "Łódź", 0),
        ("UNOE", "iso8859-5", "Москва", 0),
        ("UNOF", "iso8859-7", "Αθήνα", 0),
        ("KECA", "cp949", "부산", 0),
    ],
)
def test_texts_are_in_the_character_set_that_the_interchange_declares(syntax, encoding, text, strange):
    data = f"UNB+{syntax}:3'FTX+{text}'UNZ+1'".encode(encoding)
    found = Segments(io.BytesIO(data), data)
    read = [found.declare(elements[1][0]) and None if elements[0][0] == "UNB" else elements for elements in found]
    assert read[1] == [["FTX"], [text]]
    assert found.strange == strange


def test_lines_are_those_of_the_file_and_numbers_of_segments_where_it_has_none():
    assert lines(b"UNB+UNOA:1'\r\nUNH+1'BGM+1'\r\n\r\nUNT+1'\r\n") == [1, 2, 2, 4]
    assert lines(b"UNB+UNOA:1'UNH+1'BGM+1'") == [1, 2, 3]


def test_a_file_that_is_broken_into_lines_of_equal_length_is_joined_again():
    text = "UNB+UNOA:1+A+B'UNH+1+CUSCAR:D:95B:UN'"
    text += "NAD+CN+++LOWLAND HOME GOODS BV+LONG QUAY 7+ROTTERDAM+++NL'FTX+AAA+++PAPER LANTERNS'"
    wrapped = "\r\n".join(text[at : at + 40] for at in range(0, len(text), 40))
    assert segments(wrapped.encode())[2][4] == ["LOWLAND HOME GOODS BV"]


def test_a_segment_that_is_broken_into_lines_is_joined_with_a_blank():
    assert segments(b"UNB+UNOA:1'\nFTX+AAA+++PAPER\n  LANTERNS'\n")[1][4] == ["PAPER LANTERNS"]


def test_what_the_file_cuts_off_is_told_and_the_end_of_the_message_needs_no_terminator():
    assert segments(b"UNB+UNOA:1'FTX+AAA+++PAP")[-1][0] == [edifact.CUT]
    assert segments(b"UNB+UNOA:1'UNZ+1+7")[-1] == [["UNZ"], ["1"], ["7"]]


def test_a_segment_without_end_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(edifact, "LONGEST", 2_000_000)
    with pytest.raises(ValueError, match="no end"):
        segments(b"UNB+UNOA:1'FTX+" + b"A?" * 2_000_000)


def test_blank_segments_are_left_out_and_elements_are_limited():
    assert segments(b"UNB+UNOA:1'" + b"'" * 300_000) == [[["UNB"], ["UNOA", "1"]]]
    assert len(segments(b"UNB+UNOA:1'FTX" + b"+" * 500_000 + b"'")[1]) == 100


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b"UNA:+.? '\r\nUNB+UNOC:3+A'", True),
        (b"\xef\xbb\xbf \r\nUNB+UNOA:2+A'", True),
        (b"UNH+638+COPRAR:D:95B:UN'", True),
        (b"UNB+KECA:1+A'", True),
        (b"UNB,UNH,container\n1,2,3\n", False),
        (b"UNH+1\n", False),
        (b"bill,container\n", False),
        (b"", False),
    ],
)
def test_edifact_is_known_by_how_it_begins(head, known):
    assert is_edifact(head) is known
