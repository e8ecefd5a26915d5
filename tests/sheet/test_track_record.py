"""History on a sheet: only what was known on the day of filing, about this party and about similar goods."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from riskscore import schema
from riskscore.sheet.track_record import BINS, FEWEST, EarlierFilings

DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def _row(bill, days, **more):
    return {
        "bill_of_lading": bill,
        "container_number": "C1",
        "version": 1,
        "filed_at": DAY - timedelta(days=days),
        "port_of_loading": "NGAPP",
        "port_of_discharge": "VNHPH",
        "consignee_name": "Alder Trading Co., Ltd",
        "shipper_name": "Birch Ltd",
        "hs_codes": ["390110"],
        "gross_weight_kg": 20_000.0,
        "package_count": 800,
    } | more


def _filed(*rows):
    return schema.conform(pl.DataFrame(list(rows)))


def _found(bill, finding, known, commodity=None):
    row = {
        "bill_of_lading": bill,
        "container_number": "C1",
        "known_at": known,
        "finding": finding,
        "commodity": commodity,
    }
    return pl.DataFrame([row], schema={name: schema.OUTCOME[name] for name in row})


def _outcomes(*parts):
    return schema.conform(pl.concat(parts), schema.OUTCOME)


def test_the_history_of_a_party_ends_the_day_before_and_covers_all_spellings():
    past = EarlierFilings(
        _filed(
            _row("A", 30), _row("B", 10, consignee_name="ALDER TRADING COMPANY LIMITED"),
            _row("C", 5, consignee_name="Elm"), _row("D", 0), _row("E", -3),
        ),
        None,
    )  # fmt: skip
    records, _ = past.about(_filed(_row("X", 0)))
    assert records["consignee"].filed == [date(2024, 4, 1), date(2024, 4, 21)]
    assert len(records["shipper"].filed) == 3


def test_a_finding_counts_from_the_day_after_it_became_known_and_its_correction_replaces_it():
    past = EarlierFilings(
        _filed(_row("A", 30), _row("B", 20), _row("C", 10)),
        _outcomes(
            _found("A", "seizure", DAY - timedelta(days=3), "pangolin_scales"),
            _found("B", "seizure", DAY - timedelta(hours=1)),
            _found("C", "seizure", DAY - timedelta(days=4)),
            _found("C", "clean", DAY - timedelta(days=2)),
        ),
    )
    record = past.about(_filed(_row("X", 0)))[0]["consignee"]
    assert record.inspected.select("filed", "finding").rows() == [
        (date(2024, 4, 1), "seizure"),
        (date(2024, 4, 21), "clean"),
    ]
    assert (record.finding("seizure"), record.commodities()) == (1, ["pangolin scales"])


def test_a_party_that_is_not_named_has_no_record():
    records, _ = EarlierFilings(_filed(_row("A", 3)), None).about(
        _filed(_row("X", 0, consignee_name="TO ORDER", shipper_name=None))
    )
    assert records == {"consignee": None, "shipper": None}


def test_a_measure_is_compared_with_the_most_specific_group_that_is_large_enough():
    others = [_row(f"O{number}", 40, gross_weight_kg=10_000.0 + number) for number in range(FEWEST)]
    far = [_row(f"F{number}", 40, port_of_loading="CNSHA", gross_weight_kg=1.0) for number in range(50)]
    compared = EarlierFilings(_filed(*others, *far), None).about(_filed(_row("X", 0)))[1]
    usual = {comparison.measure: comparison for comparison in compared}
    weight = usual["gross_weight_kg"]
    assert (weight.same, weight.count, weight.below, weight.position) == (("hs4", "lane"), FEWEST, 1.0, 1.0)
    assert (len(weight.bins), sum(weight.bins)) == (BINS, FEWEST)
    assert usual["package_kg"].value == pytest.approx(25)
    assert "usd_per_kg" not in usual
    compared = EarlierFilings(_filed(*others[1:], *far), None).about(_filed(_row("X", 0)))[1]
    wider = {comparison.measure: comparison for comparison in compared}
    assert (wider["gross_weight_kg"].same, wider["gross_weight_kg"].count) == (("hs4",), FEWEST - 1 + 50)


def test_a_consignment_counts_once_by_its_first_version():
    twice = [_row("A", 30), _row("A", 29, version=2)]
    assert len(EarlierFilings(_filed(*twice), None).about(_filed(_row("X", 0)))[0]["consignee"].filed) == 1
