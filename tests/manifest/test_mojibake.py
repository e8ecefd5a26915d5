"""Text in UTF-8 that was saved from a wrong encoding is repaired where that is certain, else counted in a note."""

from __future__ import annotations

import pytest

from riskscore.manifest.decoding.encodings import decode
from riskscore.manifest.decoding.mojibake import repair

FRENCH = "FÈVES DE CACAO\nà Abidjan, Côte\nRÉGION D'ÉLÉPHANTS\n"
RUSSIAN = "\u0422\u0420\u0423\u0411\u042b,\u041d\u0410\u0421\u041e\u0421\u042b\n\u041a\u0410\u0411\u0415\u041b\u042c\n"


def turned(text: str, page: str) -> str:
    return text.encode().decode(page, errors="replace") if page != "cp1252" else _windows(text)


def _windows(text: str) -> str:
    return "".join(bytes((byte,)).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize(
    ("page", "text"), [("cp1252", FRENCH), ("cp1252", RUSSIAN), ("cp850", FRENCH), ("mac_roman", FRENCH)]
)
def test_a_file_that_turns_back_as_a_whole_is_repaired_and_says_so(page: str, text: str) -> None:
    decoded = decode("m.csv", turned(text, page).encode())
    assert decoded.text.decode() == text
    assert "had been saved in a wrong encoding and were repaired" in decoded.notes[0]


def test_some_wrong_text_in_a_right_file_stays_and_is_counted() -> None:
    text = "CAFÉ\n" + _windows("CÔTE\nCRÈME\n") + "ÉPICES\n"
    repaired = repair(text.encode())
    assert repaired.text.decode() == text
    assert "2 texts had been saved in a wrong encoding and stay as they are, such as" in repaired.notes[0]
    assert "for 'CÔTE'; ask the sender" in repaired.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        RUSSIAN,
        "IRMÃO, MAÇÃ\n",
        "塑料颗粒 “冻鱼”",
        "«РОССИЯ» \u2013 ДА",
        "É»",
        "ŚRUBY ŁÓŻKA",
        "25 °C ±5 \u2013 Ã",
    ],
)
def test_right_text_is_left_alone(text: str) -> None:
    assert repair(text.encode()).notes == ()
    assert repair(text.encode()).text.decode() == text
