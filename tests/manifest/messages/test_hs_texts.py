"""HS codes in the texts of messages: what is named as a code, and nothing else."""

from __future__ import annotations

import pytest

from riskscore.manifest.formats.messages.hs_texts import hs_codes_in, is_only_hs


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("TILES HS CODE 6907.21", ("690721",)),
        ("H.S. NO: 0803.90/080410", ("080390", "080410")),
        ("HS CODES 6907.21, 6907.22 AND 6907.23", ("690721", "690722", "690723")),
        ("HS 2017: 6109.10", ("610910",)),
        ("HS-CODE: 6907 21 00 00", ("6907210000",)),
        ("NCM 8471.30.12", ("84713012",)),
        ("HTSUS 8471.30.0100", ("8471300100",)),
        ("HARMONIZED SYSTEM CODE 690721", ("690721",)),
        ("COMMODITY CODE 69072100 TILES", ("69072100",)),
        ("CODE SH 440710", ("440710",)),
        ("HS CODE 6907", ("6907",)),
        ("TARIFF HEADING 6907", ("6907",)),
        ("HS CODE 690721 20 PALLETS", ("690721",)),
        ("HS CODE 6907 20 PALLETS", ("6907",)),
        ("690721", ()),
        ("ORDER NO 690721", ()),
        ("TEL 0207 123 456", ()),
        ("HS 2017", ()),
        ("HS CODE 123456789012345678", ()),
        ("", ()),
    ],
)
def test_codes_that_are_named_as_such_are_read(words: str, codes: tuple[str, ...]) -> None:
    assert hs_codes_in(words) == codes


def test_a_mark_that_is_only_a_code_is_none() -> None:
    assert is_only_hs("HS CODE 6907.21")
    assert not is_only_hs("HS CODE 6907.21 LOT 4")
    assert not is_only_hs("LOT 4")


def test_a_long_text_is_read_at_once() -> None:
    assert hs_codes_in("HS CODE " * 20_000 + "1234.5 " * 20_000) == ()
