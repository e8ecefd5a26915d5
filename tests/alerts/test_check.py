"""Precision and recall of the matching on labelled pairs, written by hand; the search for pairs must lose none."""

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from riskscore import schema
from riskscore.alerts import check
from riskscore.alerts.match import match
from riskscore.alerts.schema import ALERT, DECISION
from riskscore.errors import SettingsError

FOLDER = Path(__file__).parent
SEEN, UNSEEN = FOLDER / "pairs.csv", FOLDER / "pairs_unseen.csv"
"""Pairs that were used to make the rules, and pairs that were written afterwards and changed no rule."""


def _measured(*paths: Path) -> dict[str, tuple[float, float]]:
    """Precision and recall by kind."""
    measured = check.measure(pl.concat(check.read(path) for path in paths))
    return {row["kind"]: (row["precision"], row["recall"]) for row in measured.iter_rows(named=True)}


def test_there_are_enough_pairs_in_several_scripts_and_many_hard_negatives() -> None:
    pairs = pl.concat([check.read(SEEN), check.read(UNSEEN)])
    assert pairs.height >= 500
    assert pairs.height == pairs.unique().height
    assert (~pairs["same"]).sum() > 200
    texts = "".join(pairs["filed"]) + "".join(pairs["listed"])
    for script in ("\u4e00-\u9fff", "\u0400-\u04ff", "\u0600-\u06ff", "\u1ea0-\u1ef9", "\uac00-\ud7a3"):
        assert len(re.findall(f"[{script}]", texts)) > 10


@pytest.mark.slow
def test_precision_and_recall_on_all_pairs() -> None:
    measured = _measured(SEEN, UNSEEN)
    assert measured["name"][0] >= 0.99
    assert measured["name"][1] >= 0.96
    assert measured["address"] == (1.0, 1.0)


def test_precision_and_recall_on_pairs_that_changed_no_rule() -> None:
    precision, recall = _measured(UNSEEN)["name"]
    assert precision >= 0.95
    assert recall >= 0.94


@pytest.mark.slow
def test_the_search_for_pairs_finds_every_pair_that_compares_as_the_same() -> None:
    pairs = check.judge(pl.concat([check.read(SEEN), check.read(UNSEEN)])).with_row_index("row")
    alerts = pairs.select(
        alert_id=pl.format("A{}", "row"),
        kind=pl.col("kind").replace("name", "party"),
        name=pl.when(pl.col("kind") == "name").then("listed"),
        address=pl.when(pl.col("kind") == "address").then("listed"),
    )
    listed = schema.conform(alerts, ALERT)
    consignments = schema.conform(
        pairs.select(
            bill_of_lading=pl.format("B{}", "row"),
            container_number=pl.lit("MSCU0000000"),
            filed_at=pl.lit(datetime(2024, 1, 1, tzinfo=UTC)),
            consignee_name=pl.when(pl.col("kind") == "name").then("filed"),
            shipper_address=pl.when(pl.col("kind") == "address").then("filed"),
        )
    )
    found = match(listed, consignments, pl.DataFrame(schema=DECISION))
    hits = set(found.select("bill_of_lading", "alert_id").iter_rows())
    for row, matched in pairs.select("row", "matched").iter_rows():
        assert ((f"B{row}", f"A{row}") in hits) == matched


@pytest.mark.parametrize("content", ["", "a|b\n1|2\n", "kind|same|filed|listed\nname|2|A|B\n"])
def test_a_file_without_pairs_gives_a_one_line_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(content)
    with pytest.raises(SettingsError) as refused:
        check.read(path)
    assert "\n" not in str(refused.value)
