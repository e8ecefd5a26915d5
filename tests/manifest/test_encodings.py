from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.decoding.encodings import decode
from riskscore.manifest.read import read

FRENCH = "GRANULÉS PLASTIQUES EMBALLÉS À LA MAIN, ÇA VA ÊTRE PESÉ"
CHINESE = "塑料颗粒 聚乙烯 装于袋中 木材 冷冻鱼"
RUSSIAN = "ПЛАСТИКОВЫЕ ГРАНУЛЫ И МЕШКИ ДЛЯ ПРОИЗВОДСТВА ТРУБ"
POLISH = "GRANULAT Z TWORZYW SZTUCZNYCH, ŚRUBY I GWOŹDZIE, ŻÓŁTE WSTĄŻKI Z ŁODZI"
ENCODINGS = [
    ("utf-8", CHINESE, "utf-8"),
    ("utf-8-sig", FRENCH, "utf-8"),
    ("utf-16", CHINESE, "utf-16-le"),
    ("utf-16-le", FRENCH, "utf-16-le"),
    ("utf-16-be", FRENCH, "utf-16-be"),
    ("utf-32", FRENCH, "utf-32-le"),
    ("latin-1", FRENCH, None),
    ("cp1252", FRENCH + " \u2013 œuf €", None),
    ("cp1250", POLISH, "cp1250"),
    ("cp1251", RUSSIAN, "cp1251"),
    ("gb18030", CHINESE, "gb18030"),
    ("gbk", CHINESE, "gb18030"),
]


@pytest.mark.parametrize(("encoding", "text", "named"), ENCODINGS)
def test_a_manifest_is_the_same_in_every_encoding(
    encoding: str, text: str, named: str | None, as_csv: Callable[..., Path], row: Callable[..., list[str]]
) -> None:
    manifest = read(as_csv(*[row(goods=text, bill=f"B{place}") for place in range(5)], encoding=encoding))
    assert set(manifest.consignments["goods_description"]) == {text}
    assert named in (None, manifest.understood.encoding)


def test_one_damaged_character_does_not_change_the_encoding() -> None:
    data = (FRENCH * 20).encode() + b"\xff" + FRENCH.encode()
    decoded = decode("m.csv", data)
    assert decoded.encoding == "utf-8"
    assert decoded.text.decode().count("\ufffd") == 1
    assert "1 characters are damaged" in decoded.notes[0]


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.csv"
    path.write_bytes(b"\xff\xfe" + b"\0" * 100)
    with pytest.raises(ManifestError):
        read(path)
