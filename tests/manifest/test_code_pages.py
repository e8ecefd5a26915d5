"""Short texts in every usual code page are read right, or the right page is among those that the note names."""

from __future__ import annotations

import random
import unicodedata
import zlib
from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.decoding.code_pages import find
from riskscore.manifest.decoding.encodings import decode
from riskscore.reference.letters import in_tones

ROWS = [line.split("|") for line in (Path(__file__).parent / "code_pages.psv").read_text("utf-8").splitlines()[1:]]
CASES = [(codec, goods.split()) for _, codecs, goods in ROWS for codec in codecs.split()]
IDS = [f"{language}-{codec}" for language, codecs, _ in ROWS for codec in codecs.split()]
HEBREW = "\u05e9\u05d8\u05d9\u05d7"


def encoded(words: list[str], codec: str) -> bytes:
    text = ",".join(words)
    return (in_tones(text) if codec == "cp1258" else text).encode(codec)


def plain(data: bytes, codec: str) -> str:
    return unicodedata.normalize("NFC", data.decode(codec, errors="replace"))


@pytest.mark.parametrize(("codec", "words"), CASES, ids=IDS)
def test_eight_words_are_read_right(codec: str, words: list[str]) -> None:
    data = encoded(words[:8], codec)
    assert plain(data, find(data).codec) == ",".join(words[:8])


@pytest.mark.parametrize(("codec", "words"), CASES, ids=IDS)
def test_one_or_two_words_are_never_read_wrongly_in_silence(codec: str, words: list[str]) -> None:
    rng = random.Random(zlib.crc32(codec.encode()))  # noqa: S311  (picks words)
    for count in (1, 1, 2, 2):
        some = rng.sample(words, count)
        if (data := encoded(some, codec)).isascii():
            continue
        found = find(data)
        assert found.others or plain(data, found.codec) == ",".join(some), some


@pytest.mark.parametrize(
    "text", ["20\u2019 BOX", "CAFÉ", "25 °C", "100 m²", "10\u201320 KG", "Nº 5", "\u201cGOODS\u201d", "Ø 20"]
)
def test_a_sign_in_an_english_file_is_read_as_windows_has_it(text: str) -> None:
    assert find(text.encode("cp1252")).codec == "cp1252"


def test_a_doubt_is_a_note_with_the_candidates_and_the_way_out() -> None:
    decoded = decode("m.csv", f"GOODS\n{HEBREW}\n".encode("cp862"))
    (note,) = decoded.notes
    assert "the encoding is not certain: it was read as" in note
    assert f"cp862 ('{HEBREW}')" in note
    assert '--encoding NAME, or encoding = "NAME" under [reading]' in note


def test_an_encoding_that_a_person_names_is_used_without_a_doubt() -> None:
    decoded = decode("m.csv", f"GOODS\n{HEBREW}\n".encode("cp862"), "CP862")
    assert (decoded.text.decode(), decoded.encoding, decoded.notes) == (f"GOODS\n{HEBREW}\n", "cp862", ())


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "unicode_escape"])
def test_an_unknown_encoding_is_refused_with_examples(encoding: str) -> None:
    with pytest.raises(ManifestError, match=r"is not a known encoding; name one with --encoding, such as utf-8"):
        decode("m.csv", b"A,B", encoding)


def test_a_mark_at_the_beginning_is_stronger_than_a_named_encoding() -> None:
    decoded = decode("m.csv", "\ufeffGRÜN".encode(), "cp1252")
    assert decoded.text.decode() == "GRÜN"
    assert "begins with the mark of utf-8, so it was not read as cp1252" in decoded.notes[0]


def test_letters_that_come_late_in_a_long_file_count_too() -> None:
    lines = ["CAFÉ,1"] * 40_000 + ["ŒUFS \u2013 \u201cFRAIS\u201d,2"]
    decoded = decode("m.csv", "\n".join(lines).encode("cp1252"))
    assert decoded.text.decode().endswith("ŒUFS \u2013 \u201cFRAIS\u201d,2")
    assert decoded.notes == ()


def test_japanese_with_escapes_is_no_ascii() -> None:
    text = "GOODS\n冷凍魚\n"
    assert decode("m.csv", text.encode("iso2022_jp")).text.decode() == text
