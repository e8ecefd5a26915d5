"""Usual letters are more probable than others, in every language that has words of its own."""

from __future__ import annotations

import pytest

from riskscore import folders, toml
from riskscore.reference import letters

LANGUAGES = sorted(toml.load(folders.reference() / "letters.toml", "words")["words"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_usual_letter_is_more_probable_than_a_foreign_one(language: str) -> None:
    known = letters.of(language)
    usual = max(known.single, key=known.single.__getitem__)
    assert known.after(letters.EDGE, usual) > known.after(letters.EDGE, "\u0561") + 5  # an Armenian letter


def test_the_tones_of_vietnamese_stand_apart() -> None:
    assert letters.in_tones("Hạ Lộ") == "Ha\u0323 L\u00f4\u0323"
