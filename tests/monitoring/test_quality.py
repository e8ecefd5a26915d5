"""The quality of a file counts gaps, refusals and doubts by column."""

from pathlib import Path

import pytest

from riskscore.manifest.read import each
from riskscore.monitoring import quality

HEADINGS = "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description,hs_codes\n"
ROW = "{bill},MSCU1234566,2024-05-01,{port},VNHPH,TILES,{hs}\n"


def _of(folder: Path, *rows: dict[str, str]) -> dict[str | None, tuple[int, int, int]]:
    path = folder / "m.csv"
    usual = {"port": "CNSHA", "hs": "690721"}
    path.write_text(HEADINGS + "".join(ROW.format(**{**usual, "bill": f"B{n}", **row}) for n, row in enumerate(rows)))
    (part,), _ = each([path], columns=lambda _: None)
    found = quality.of(part)
    assert found["rows"].unique().to_list() == [len(rows)]
    return {row[0]: row[3:] for row in found.iter_rows()}


def test_gaps_refusals_and_doubts_are_counted_by_column(tmp_path: Path) -> None:
    counts = _of(tmp_path, {}, {"hs": ""}, {"bill": ""}, {"port": "QWXZY"}, {"port": "QWXZY"})
    assert counts[None] == (0, 1, 2)
    assert counts["hs_codes"] == (1, 0, 0)
    assert counts["bill_of_lading"] == (0, 1, 0)
    assert counts["port_of_loading"] == (0, 0, 2)
    assert counts["gross_weight_kg"] == (4, 0, 0)


def test_a_repeated_row_says_nothing_against_its_bill(tmp_path: Path) -> None:
    counts = _of(tmp_path, {"bill": "B"}, {"bill": "B"})
    assert (counts[None], counts["bill_of_lading"]) == ((0, 1, 0), (0, 0, 0))


def test_a_file_of_which_every_row_is_refused_has_a_quality(tmp_path: Path) -> None:
    assert _of(tmp_path, {"bill": ""}, {"bill": "", "hs": ""})["bill_of_lading"] == (0, 2, 0)


@pytest.mark.parametrize(
    ("note", "counts"),
    [
        ("container_type: 3 texts with several types kept as filed: 22G1", {"container_type": 3}),
        ("gross_weight_kg: '.0' was taken off 1,200 numbers", {"gross_weight_kg": 1200}),
        ("vessel_name differs between the lines of 4 consignments; the first value was kept", {"vessel_name": 4}),
        ("a.csv: hs_codes: 2 values left empty, because not understood, such as 999", {"hs_codes": 2}),
        ("12 goods lines were gathered into 3 consignments", {}),
        ("hs_codes: read as text", {}),
    ],
)
def test_the_number_of_a_note_on_a_column_counts_as_doubtful(tmp_path: Path, note: str, counts: dict[str, int]) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADINGS + ROW.format(bill="B1", port="CNSHA", hs="690721"))
    (part,), _ = each([path], columns=lambda _: None)
    object.__setattr__(part.understood, "notes", (note,))
    assert quality.doubtful(part, ["container_type", "gross_weight_kg", "vessel_name", "hs_codes"]) == counts
