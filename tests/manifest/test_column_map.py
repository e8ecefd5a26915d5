from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.cells.headings import manifest_synonyms, recognise
from riskscore.manifest.column_map import as_toml
from riskscore.manifest.read import read, understand

HEADINGS = [
    "Nº BL",
    "Ref",
    "Fecha Manifiesto",
    "POL",
    "POD",
    "Mercancía",
    "Total Weight",
    "Peso Bruto Lbs",
    "p",
    "x",
    "y",
]


@pytest.fixture
def untidy(as_csv: Callable[..., Path]) -> Path:
    return as_csv(
        ["B1", "MSKU1234565", "2024-03-14", "CNSHA", "BRSSZ", "TILES", "9000", "100", "1", "a", "b"],
        ["B2", "TCLU3093643", "2024-03-14", "CNSHA", "BRSSZ", "TAPS", "9000", "", "1", "a", "b"],
        headings=HEADINGS,
    )


def test_a_saved_map_reads_the_file_as_before(untidy: Path, tmp_path: Path) -> None:
    saved = tmp_path / "map.toml"
    saved.write_text(as_toml(understand(untidy)))
    before, after = read(untidy), read(untidy, columns=saved)
    assert after.consignments.equals(before.consignments)
    assert all(heading.is_mapped for heading in after.understood.headings if heading.column)
    assert '# "x" = "ignore"' in saved.read_text()


def test_several_headings_of_a_column_keep_their_order(as_csv: Callable[..., Path], tmp_path: Path) -> None:
    names = ["BL No", "Container", "Manifest Date", "POL", "POD", "Goods", "Weight", "Gross Weight"]
    path = as_csv(["B1", "MSKU1234565", "2024-03-14", "CNSHA", "BRSSZ", "TILES", "9000", "100"], headings=names)
    saved = tmp_path / "map.toml"
    saved.write_text(as_toml(understand(path)))
    assert read(path, columns=saved).consignments["gross_weight_kg"].to_list() == [100.0]


def test_odd_headings_are_escaped(as_csv: Callable[..., Path]) -> None:
    odd = 'a "b" \\ c\x7f # é'
    text = as_toml(understand(as_csv(["1", "2"], headings=["BL No", odd])))
    assert tomllib.loads(text.replace('# "a', '"a'))["columns"][odd] == "ignore"


def test_a_mapped_heading_keeps_the_unit_in_its_words() -> None:
    for source, column, unit in (
        ("Volume in cubic feet", "volume_m3", "cubic feet"),
        ("USD_FOB", "declared_value", "usd"),
        ("Box 7", "container_number", None),
    ):
        plain = source.lower().replace(" ", "").replace("_", "")
        assert recognise(source, manifest_synonyms(), {plain: column}).unit == unit
