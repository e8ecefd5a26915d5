from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from riskscore.manifest.read import Manifest, read, read_many
from riskscore.schema import COLUMNS, KEY, conform

Row = Callable[..., list[str]]
Save = Callable[..., Path]


def _only(manifest: Manifest) -> dict[str, object]:
    assert manifest.consignments.height == 1
    assert manifest.balance == 0
    return manifest.consignments.row(0, named=True)


def test_goods_lines_become_one_consignment_and_none_is_lost(as_csv: Save, row: Row) -> None:
    first = row(goods="RESIN", weight="1000", packages="40", hs="390120", shipper="")
    second = row(goods="CASSIA SEED", weight="500.5", packages="", hs="120799;390120", shipper="NORTHERN RESINS LTD")
    third = row(goods="RESIN", weight="", packages="2", hs="")
    consignment = _only(read(as_csv(first, second, third)))
    assert consignment["goods_description"] == "RESIN | CASSIA SEED"
    assert consignment["gross_weight_kg"] == 1500.5
    assert consignment["package_count"] == 42
    assert consignment["hs_codes"] == ["390120", "120799"]
    assert consignment["shipper_name"] == "NORTHERN RESINS LTD"
    assert consignment["volume_m3"] is None
    items = consignment["goods_items"]
    assert isinstance(items, list)
    assert [(item["goods_description"], item["hs_code"], item["gross_weight_kg"]) for item in items] == [
        ("RESIN", "390120", 1000.0),
        ("CASSIA SEED", "120799", 500.5),
        ("RESIN", None, None),
    ]


def test_later_lines_may_leave_the_header_out(as_csv: Save, row: Row) -> None:
    without_header = row(filed="", pol="", pod="", shipper="", consignee="", goods="SECOND")
    without_goods = row(filed="", pol="", pod="", goods="", weight="7")
    consignment = _only(read(as_csv(row(goods="FIRST"), without_header, without_goods)))
    assert consignment["goods_description"] == "FIRST | SECOND"
    assert consignment["gross_weight_kg"] == 48007.0


def test_lines_that_contradict_each_other_give_a_note(as_csv: Save, row: Row) -> None:
    manifest = read(as_csv(row(goods="A"), row(goods="B", consignee="ANOTHER TRADER"), row(goods="C", shipper="")))
    assert _only(manifest)["consignee_name"] == "HARBOUR TRADING CO"
    assert "consignee_name differs between the lines of 1 consignment; the first value was kept" in (
        manifest.understood.notes
    )


def test_every_line_of_a_consignment_without_a_port_is_refused(as_csv: Save, row: Row) -> None:
    manifest = read(as_csv(row(pol="", goods="A"), row(pol="", goods="B"), row(bill="B2")))
    assert manifest.consignments["bill_of_lading"].to_list() == ["B2"]
    assert manifest.quarantine.select("line", "rule", "column").rows() == [
        (2, "required", "port_of_loading"),
        (3, "required", "port_of_loading"),
    ]


def test_the_latest_filing_counts_and_earlier_ones_are_history(as_csv: Save, row: Row) -> None:
    later, first, last = row(filed="2019-03-26", pod="SGSIN"), row(), row(filed="2019-03-28", pod="CNSHA")
    manifest = read(as_csv(later, first, last, row(bill="B2")))
    assert manifest.consignments.select("port_of_discharge", "version").rows() == [("CNSHA", 3), ("VNHPH", 1)]
    assert manifest.earlier.sort("version").select("port_of_discharge", "version").rows() == [
        ("VNHPH", 1),
        ("SGSIN", 2),
    ]
    assert manifest.balance == 0


def test_numbered_versions_keep_their_numbers(as_csv: Save, row: Row) -> None:
    headings = as_csv().read_text().strip().split(",")
    rows = [[*row(goods=f"V{number}"), number] for number in ("5", "0", "2")]
    manifest = read(as_csv(*rows, headings=[*headings, "Version"]))
    assert manifest.consignments.select("goods_description", "version").rows() == [("V5", 5)]
    assert sorted(manifest.earlier["version"].to_list()) == [0, 2]


def test_an_identical_row_is_refused_and_not_counted_twice(as_csv: Save, row: Row) -> None:
    manifest = read(as_csv(row(), row(bill="B2"), row()))
    assert manifest.consignments["gross_weight_kg"].to_list() == [24000.0, 24000.0]
    assert manifest.quarantine.select("line", "rule").rows() == [(4, "duplicate_row")]
    assert manifest.balance == 0


def test_versions_are_ordered_across_files_and_copies_are_refused(as_csv: Save, row: Row) -> None:
    first = as_csv(row(), row(bill="B2"), name="a.csv")
    second = as_csv(row(filed="2019-03-27", pod="SGSIN"), row(bill="B2"), name="b.csv")
    manifest = read_many([second, first])
    assert manifest.consignments.sort(KEY).select("port_of_discharge", "version").rows() == [("SGSIN", 2), ("VNHPH", 1)]
    assert manifest.earlier.select("port_of_discharge", "version").rows() == [("VNHPH", 1)]
    assert manifest.quarantine.select("file", "rule").rows() == [(str(first), "duplicate_filing")]
    assert manifest.balance == 0


def test_consignments_with_items_read_back_unchanged(as_csv: Save, row: Row, tmp_path: Path) -> None:
    lines = [row(goods="RESIN"), row(goods="SEED", hs="120799"), row(bill="B2")]
    manifest = read(as_csv(*lines))
    for name in ("m.parquet", "m.jsonl"):
        path = tmp_path / name
        if name.endswith("parquet"):
            manifest.consignments.write_parquet(path)
        else:
            manifest.consignments.write_ndjson(path)
        again = read(path)
        assert_frame_equal(again.consignments, manifest.consignments)
        assert (again.rows_in, again.balance) == (3, 0)


@pytest.mark.parametrize("versions", [1, 2])
def test_the_order_of_lines_of_different_consignments_does_not_matter(versions: int, as_csv: Save, row: Row) -> None:
    rows = [
        row(bill=f"B{bill}", filed=f"2019-03-2{version}", goods=f"GOODS {line}")
        for line in range(2)
        for bill in range(3)
        for version in range(versions)
    ]
    forward, backward = read(as_csv(*rows)), read(as_csv(*sorted(rows)))
    assert_frame_equal(forward.consignments.sort(KEY), backward.consignments.sort(KEY))
    assert forward.earlier.height == 3 * (versions - 1)


CANONICAL = st.lists(
    st.fixed_dictionaries(
        {
            "bill_of_lading": st.sampled_from(["A", "B", "C"]),
            "container_number": st.sampled_from(["X", "Y"]),
            "filed_at": st.sampled_from(["2019-03-25", "2019-03-26", "", "never"]),
            "version": st.sampled_from(["1", "2", ""]),
            "port_of_loading": st.sampled_from(["NGAPP", ""]),
            "port_of_discharge": st.just("VNHPH"),
            "goods_description": st.sampled_from(["RESIN", "SEED", ""]),
            "gross_weight_kg": st.sampled_from(["1", "2.5", "-1", ""]),
            "hs_codes": st.sampled_from(["390120", "120799;390120", ""]),
        }
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(rows=CANONICAL)
def test_lines_in_are_lines_gathered_plus_lines_refused(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_balance(rows, tmp_path_factory)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(rows=CANONICAL)
def test_lines_in_are_lines_gathered_plus_lines_refused_in_hundreds_of_files(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_balance(rows, tmp_path_factory)


def check_balance(rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("lines") / "m.csv"
    pl.DataFrame(rows).write_csv(path)
    manifest = read(path)
    assert manifest.rows_in == len(rows)
    assert manifest.balance == 0
    assert not manifest.consignments.select(KEY).is_duplicated().any()
    assert manifest.earlier.join(manifest.consignments, on=KEY, how="anti").height == 0
    both = pl.concat([manifest.consignments, manifest.earlier])
    assert not both.select(*KEY, "version").is_duplicated().any()
    items = both.select(pl.col("goods_items").explode().struct.field("gross_weight_kg")).sum().item()
    assert items == pytest.approx(both["gross_weight_kg"].sum())


def test_canonical_frames_pass_through_unchanged(tmp_path: Path) -> None:
    frame = conform(
        pl.DataFrame(
            {
                "bill_of_lading": [f"B{place}" for place in range(50)],
                "container_number": ["MSCU1234566"] * 50,
                "version": [1] * 50,
                "filed_at": pl.datetime_range(
                    pl.datetime(2019, 1, 1), pl.datetime(2019, 2, 19), "1d", time_zone="UTC", eager=True
                )[:50],
                "port_of_loading": ["NGAPP"] * 50,
                "port_of_discharge": ["VNHPH"] * 50,
                "goods_description": ["RESIN"] * 50,
                "hs_codes": [["390120"]] * 50,
                "transhipment_ports": [["SGSIN", "MYPKG"]] * 50,
                "gross_weight_kg": [1.5] * 50,
            }
        )
    )
    frame.write_parquet(tmp_path / "m.parquet")
    manifest = read(tmp_path / "m.parquet")
    assert_frame_equal(manifest.consignments.drop("goods_items"), frame.drop("goods_items"))
    assert list(manifest.consignments.schema) == list(COLUMNS)
    assert manifest.consignments["goods_items"].list.len().unique().to_list() == [1]


def _at(path: Path, seconds: int) -> Path:
    os.utime(path, (seconds, seconds))
    return path


@pytest.mark.parametrize("later", ["a.csv", "z.csv"])
def test_with_equal_moments_the_file_that_was_written_later_counts_whatever_its_name(
    later: str, as_csv: Save, row: Row
) -> None:
    files = [_at(as_csv(row(goods=name), name=name), 2_000 if name == later else 1_000) for name in ("a.csv", "z.csv")]
    for order in (files, files[::-1]):
        manifest = read_many(order)
        assert manifest.consignments.select("goods_description", "version").rows() == [(later, 2)]
        assert manifest.earlier["version"].to_list() == [1]
        assert manifest.counted.to_list() == [True, True]
        assert not any("read last" in note for note in manifest.understood.notes)


def _stating(path: Path, version: int, seconds: int) -> Path:
    pl.read_csv(path, infer_schema=False).with_columns(version=pl.lit(version)).write_csv(path)
    return _at(path, seconds)


def test_with_equal_moments_a_stated_version_counts_more_than_the_time_of_the_file(as_csv: Save, row: Row) -> None:
    newer = _stating(as_csv(row(goods="NEW"), name="a.csv"), 2, 1_000)
    older = _stating(as_csv(row(goods="OLD"), name="b.csv"), 1, 2_000)
    manifest = read_many([newer, older])
    assert manifest.consignments.select("goods_description", "version").rows() == [("NEW", 2)]
    assert manifest.counted.to_list() == [False, False]


def test_filings_that_nothing_puts_in_order_are_told(as_csv: Save, row: Row) -> None:
    files = [_at(as_csv(row(goods=name), name=name), 1_000) for name in ("a.csv", "b.csv")]
    manifest = read_many(files)
    assert manifest.consignments["goods_description"].to_list() == ["b.csv"]
    assert any("1 consignment with several filings of the same moment" in note for note in manifest.understood.notes)


def test_missing_numbers_are_counted_on_from_those_before(as_csv: Save, row: Row) -> None:
    stated = _stating(as_csv(row(), name="a.csv"), 5, 1_000)
    later = as_csv(row(filed="2019-03-27"), row(filed="2019-03-28"), name="b.csv")
    manifest = read_many([stated, later])
    assert manifest.consignments["version"].to_list() == [7]
    assert sorted(manifest.earlier["version"].to_list()) == [5, 6]
