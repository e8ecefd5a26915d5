"""Rows without a key get one from what they say, the same in every file."""

import declarations
import permits
import polars as pl

from riskscore.manifest import outcomes, read
from riskscore.settings import parse_settings

OURS = parse_settings(
    {
        "row": {
            "numbered": True,
            "lacks": ["container_number", "port_of_loading", "port_of_discharge", "goods_description"],
        },
        "columns": {"shipped on": "filed_at"},
        "outcome": {
            "finding": "disposition",
            "words": {"Seized": "seizure", "Cleared": "clean", "Re-exported": "irregular"},
            "known_at": "disposition date",
            "known_after_days": 9,
        },
        "field": {
            "species": {"from": "species", "kind": "key"},
            "amount": {"from": "amount", "kind": "number"},
        },
    }
)  # fmt: skip


def keys(folder, name, frame):
    return read.read(declarations.file(folder, name, frame), settings=OURS).consignments["bill_of_lading"]


def test_keys_do_not_depend_on_the_file_its_order_or_its_findings(tmp_path):
    frame = permits.rows(days=3)
    first = keys(tmp_path, "a.csv", frame)
    assert first.n_unique() == frame.height
    assert set(keys(tmp_path, "b.csv", frame.reverse())) == set(first)
    silent = frame.drop("disposition", "disposition date").with_columns(keeper=pl.lit("x"))
    assert keys(tmp_path, "c.csv", silent).to_list() == first.to_list()


def test_rows_that_say_the_same_are_cases_of_their_own(tmp_path):
    frame = pl.concat([permits.rows(days=1).head(1)] * 3)
    found = keys(tmp_path, "d.csv", frame)
    assert found.to_list() == [found[0], f"{found[0]}-2", f"{found[0]}-3"]


def test_other_rows_have_other_keys(tmp_path):
    frame = permits.rows(days=1).head(2).with_columns(species=pl.Series(["T1", "T1"]), amount=pl.Series(["1", "12"]))
    moved = frame.with_columns(species=pl.Series(["T1", "T11"]), amount=pl.Series(["1", "2"]))
    assert len({*keys(tmp_path, "e.csv", frame), *keys(tmp_path, "f.csv", moved)}) == 3


def test_files_of_the_same_rows_are_told_and_not_counted_twice(tmp_path):
    frame = permits.rows(days=1)
    paths = [declarations.file(tmp_path, name, frame) for name in ("g.csv", "h.csv")]
    both = read.read_many(paths, settings=OURS)
    assert (both.consignments.height, both.quarantine.height, both.balance) == (40, 40, 0)
    assert both.quarantine["rule"].unique().to_list() == ["duplicate_filing"]


def test_findings_have_the_keys_of_their_rows(tmp_path):
    frame = permits.rows(days=2)
    path = declarations.file(tmp_path, "i.csv", frame)
    found = outcomes.read(path, settings=OURS)
    assert found.balance == 0
    rows = read.read(path, settings=OURS).consignments.join(found.outcomes, on="bill_of_lading", how="inner")
    assert rows.height == frame.height
    assert (rows["known_at"] > rows["filed_at"]).all()
