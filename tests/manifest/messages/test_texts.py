"""Texts and addresses of messages."""

from __future__ import annotations

import pytest

from riskscore.manifest.formats.messages.texts import address, one_line, text


@pytest.mark.parametrize("nothing", ["", "  ", "N/A", "nil", "-", "--", ".", "*", "TBA", None, 7])
def test_a_text_that_says_nothing_is_none(nothing: object) -> None:
    assert text(nothing) is None


def test_one_line_keeps_words_for_nothing() -> None:
    assert (one_line(" NIL \n"), one_line("A\n  B"), one_line(" \n")) == ("NIL", "A B", None)


def test_an_address_has_each_part_once_and_the_country_last() -> None:
    assert address(["QUAI 4,\nBATIMENT B", "N/A", None, "DAKAR", "DAKAR"], "SN") == "QUAI 4, BATIMENT B, DAKAR, SN"
    assert address(["DAKAR", "SN"], "SN") == "DAKAR, SN"
    assert address(["-", ""], "SN") is None
