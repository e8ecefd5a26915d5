from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from riskscore import schema
from riskscore.errors import CatalogueError
from riskscore.history import ledger, profiles
from riskscore.history.past import Past

START = datetime(2024, 1, 1, tzinfo=UTC)
SHIPPED = profiles.load()
SEEDS = range(6)


def consignment(number: int, day: float, **values: Any) -> dict[str, Any]:
    return {
        "bill_of_lading": f"B{number}",
        "container_number": f"C{number % 7}",
        "version": 1,
        "filed_at": START + timedelta(days=day),
        "shipper_name": "Alder",
        "consignee_name": "Birch",
        "notify_name": "Birch",
        "forwarder_name": "Cedar",
        "port_of_loading": "NGAPP",
        "port_of_discharge": "VNHPH",
        "goods_description": "GOODS",
        "hs_codes": ["390110"],
        "gross_weight_kg": 1000.0,
    } | values


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return schema.conform(pl.DataFrame(rows, infer_schema_length=None))


def outcome(number: int, known: float, finding: str = "seizure") -> dict[str, Any]:
    row = consignment(number, 0)
    return {name: row[name] for name in schema.KEY} | {"known_at": START + timedelta(days=known), "finding": finding}


def findings(rows: list[dict[str, Any]]) -> pl.DataFrame:
    result = pl.DataFrame(rows, schema={name: schema.OUTCOME[name] for name in (*schema.KEY, "known_at", "finding")})
    return result.with_columns(pl.lit(None, dtype).alias(n) for n, dtype in schema.OUTCOME.items() if n not in result)


def world(seed: int, *, days: int, size: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Random consignments (latest versions), their earlier versions, and outcomes, some of them impossible."""
    rng = random.Random(seed)  # noqa: S311
    parties = [None, "Alder", "Birch", "Cedar", "Dogwood", "Elm"]

    def draw(number: int, day: float, version: int) -> dict[str, Any]:
        return consignment(
            number,
            day,
            version=version,
            shipper_name=rng.choice(parties),
            consignee_name=rng.choice(parties),
            notify_name=rng.choice(parties),
            forwarder_name=rng.choice(parties),
            port_of_loading=rng.choice(["NGAPP", "MYPKG"]),
            port_of_discharge=rng.choice(["VNHPH", "SGSIN"]),
            origin_country=rng.choice([None, "NG", "KE"]),
            destination_country=rng.choice([None, "CN"]),
            hs_codes=rng.choice([None, [], ["390110"], ["390230", "440399"], ["080131"]]),
            gross_weight_kg=rng.choice([None, 0.0, 900.0, 21500.5]),
        )

    latest, before, known = [], [], []
    for number in range(size):
        day = rng.uniform(0, days)
        if rng.random() < 0.2:
            before.append(draw(number, day, 1))
            latest.append(draw(number, day + rng.choice([0, 0.2, 3]), 2))
        else:
            latest.append(draw(number, day, 1))
        for _ in range(rng.choice([0, 0, 1, 2])):
            late = rng.choice([-2, 0, 0.1, 1, 9])  # also impossible outcomes, known before the filing
            known.append(outcome(number, day + late, rng.choice(["clean", "seizure", "irregular"])))
    known.append(outcome(10**6, days / 3))  # of a consignment that was never filed
    return frame(latest), frame(before), findings(known)


def same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Equal to the last bit, because sums are of whole numbers."""
    assert left.equals(right)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("days", "size"), [(2, 60), (40, 120), (900, 150)])
def test_every_statistic_equals_a_naive_loop_over_earlier_days(
    naive: Any, agree: Any, seed: int, days: int, size: int
) -> None:
    rows, earlier, outcomes = world(seed, days=days, size=size)
    result = ledger.history(rows, Past(history=rows, outcomes=outcomes, earlier=earlier), SHIPPED)
    agree(result.to_dicts(), naive(rows, rows, outcomes, SHIPPED, earlier))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_declared_statistic_is_computed_and_equals_the_loop(naive: Any, agree: Any, seed: int) -> None:
    every = tuple(stat for stat in profiles.STATS if stat != "share")
    declared = {name: (["consignee_key"], ["consignee_key", "origin"])[i] for i, name in enumerate(("whole", "part"))}
    table = profiles.parse(
        {
            "base": {"rate": 0.1, "strength": 3},
            "profile": {
                "part": {"columns": declared["part"], "stats": [*every, "share"], "parent": "whole", "strength": 2},
                "whole": {"columns": declared["whole"], "stats": list(every), "strength": 5},
            },
        }
    )
    rows, earlier, outcomes = world(seed, days=500, size=80)
    result = ledger.history(rows, Past(history=rows, outcomes=outcomes, earlier=earlier), table)
    agree(result.to_dicts(), naive(rows, rows, outcomes, table, earlier))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    rows, earlier, outcomes = world(seed, days=30, size=90)
    plain = ledger.history(rows, Past(history=rows, outcomes=outcomes, earlier=earlier), SHIPPED)
    order = rows.with_row_index().sample(fraction=1, shuffle=True, seed=seed)["index"].to_list()
    mixed = ledger.history(
        rows[order], Past(history=rows[::-1], outcomes=outcomes[::-1], earlier=earlier[::-1]), SHIPPED
    )
    same(mixed, plain[order])


@pytest.mark.parametrize("seed", SEEDS)
def test_later_filings_and_outcomes_change_nothing(seed: int) -> None:
    rows, earlier, outcomes = world(seed, days=30, size=90)
    later = [consignment(10**4 + n, 45 + n / 9) for n in range(40)]
    known = [outcome(10**4 + n, 46 + n / 9) for n in range(40)]
    plain = ledger.history(rows, Past(history=rows, outcomes=outcomes, earlier=earlier), SHIPPED)
    log, more = pl.concat([rows, frame(later)]), pl.concat([outcomes, findings(known)])
    same(ledger.history(rows, Past(history=log, outcomes=more, earlier=earlier), SHIPPED), plain)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_night_after_its_log_equals_the_same_night_within_the_full_log(seed: int) -> None:
    rows, _, outcomes = world(seed, days=25, size=150)
    rows = rows.filter(pl.col("version") == 1)
    night = pl.col("filed_at").dt.date() == (START + timedelta(days=20)).date()
    whole = ledger.history(rows, Past(history=rows, outcomes=outcomes), SHIPPED).filter(rows.select(night).to_series())
    alone = ledger.history(rows.filter(night), Past(history=rows.filter(~night), outcomes=outcomes), SHIPPED)
    assert alone.height > 1
    same(alone, whole)


def test_it_makes_no_difference_whether_the_log_contains_the_rows() -> None:
    rows, earlier, outcomes = world(3, days=30, size=90)
    within = ledger.history(rows, Past(history=rows, outcomes=outcomes, earlier=earlier), SHIPPED)
    same(ledger.history(rows, Past(history=rows.clear(), outcomes=outcomes, earlier=earlier), SHIPPED), within)
    same(
        ledger.history(rows, Past(history=pl.concat([rows, rows]), outcomes=outcomes, earlier=earlier), SHIPPED), within
    )


def test_consignments_of_one_day_do_not_count_for_each_other() -> None:
    rows = frame([consignment(n, 5 + n / 50) for n in range(20)])
    result = ledger.history(rows, Past(history=rows, outcomes=findings([])), SHIPPED)
    assert result["consignee_before"].to_list() == [0] * 20
    assert result["consignee_days_since_last"].null_count() == 20
    assert result["consignee_hs2_share"].null_count() == 20


def test_a_consignment_counts_once_on_the_day_of_its_first_version() -> None:
    earlier = frame([consignment(1, 0, consignee_name="Old Name")])
    log = frame([consignment(1, 4, version=2, consignee_name="New Name")])
    rows = frame([consignment(2, 3, consignee_name="Old Name"), consignment(3, 9, consignee_name="New Name")])
    result = ledger.history(rows, Past(history=log, earlier=earlier), SHIPPED)
    assert result["consignee_before"].to_list() == [1, 0]
    assert result["consignee_days_since_first"].to_list() == [3, None]


def test_an_amended_consignment_has_the_statistics_as_of_its_first_filing() -> None:
    earlier = frame([consignment(1, 2)])
    rows = frame([consignment(1, 8, version=2)])
    log = frame([consignment(2, 1), consignment(3, 5)])
    assert ledger.history(rows, Past(history=log, earlier=earlier), SHIPPED)["shipper_before"].to_list() == [1]


@pytest.mark.parametrize(
    ("known", "as_of", "seized"),
    [(1, 5, 1), (4.9, 5, 1), (5, 5, 0), (6, 5, 0), (-3, 1, 1), (-3, 0, 0)],
    ids=["earlier", "the evening before", "the same day", "later", "known before filing", "own day"],
)
def test_an_outcome_counts_from_the_day_after_it_became_known(known: float, as_of: float, seized: int) -> None:
    rows = frame([consignment(2, as_of)])
    result = ledger.history(
        rows, Past(history=frame([consignment(1, 0)]), outcomes=findings([outcome(1, known)])), SHIPPED
    )
    assert result["consignee_seized"].to_list() == [seized]


def test_a_consignments_own_outcome_never_counts_however_early_its_date() -> None:
    rows = frame([consignment(1, 5)])
    result = ledger.history(rows, Past(history=rows, outcomes=findings([outcome(1, -9), outcome(1, 5)])), SHIPPED)
    assert result["consignee_inspected"].to_list() == [0]
    assert result["consignee_seizure_rate"].to_list() == [None]


def test_a_seizure_rate_is_smoothed_and_null_without_inspections() -> None:
    log = frame([consignment(1, 0), consignment(2, 0, consignee_name="New")])
    rows = frame([consignment(3, 5), consignment(4, 5, consignee_name="New")])
    result = ledger.history(rows, Past(history=log, outcomes=findings([outcome(1, 1)])), SHIPPED)[
        "consignee_seizure_rate"
    ]
    base = (1 + SHIPPED.base_strength * SHIPPED.base_rate) / (1 + SHIPPED.base_strength)
    assert result.to_list() == [pytest.approx((1 + 10 * base) / (1 + 10)), None]


def test_a_missing_value_makes_only_its_own_profiles_null() -> None:
    log = frame([consignment(1, 0), consignment(2, 0, consignee_name=None)])
    rows = frame([consignment(3, 5, consignee_name="TO ORDER"), consignment(4, 5, hs_codes=None)])
    result = ledger.history(rows, Past(history=log), SHIPPED)
    assert result["consignee_before"].to_list() == [None, 1]
    assert result["consignee_lane_share"].to_list() == [None, 1.0]
    assert result["consignee_hs2_share"].to_list() == [None, None]
    assert result["shipper_before"].to_list() == [2, 2]


def test_a_share_is_zero_for_a_new_line_of_business_and_null_without_history() -> None:
    log = frame([consignment(1, 0), consignment(2, 1), consignment(3, 1, hs_codes=["440399"])])
    rows = frame([consignment(4, 5), consignment(5, 5, hs_codes=["0801.31"]), consignment(6, 5, consignee_name="New")])
    assert ledger.history(rows, Past(history=log), SHIPPED)["consignee_hs2_share"].to_list() == [2 / 3, 0.0, None]


def test_spellings_of_a_name_share_one_history() -> None:
    log = frame([consignment(1, 0, shipper_name="Hai-An Imp. & Exp. Co., Ltd")])
    rows = frame([consignment(2, 5, shipper_name="HẢI AN IMPORT EXPORT")])
    assert ledger.history(rows, Past(history=log), SHIPPED)["shipper_before"].to_list() == [1]


@pytest.mark.parametrize("empty", ["rows", "log", "outcomes", "everything"])
def test_empty_input_gives_typed_columns(empty: str) -> None:
    rows, _, outcomes = world(1, days=3, size=10)
    nothing = empty == "everything"
    result = ledger.history(
        rows.clear() if empty == "rows" or nothing else rows,
        Past(
            history=rows.clear() if empty == "log" or nothing else rows,
            outcomes=outcomes.clear() if empty == "outcomes" or nothing else outcomes,
        ),
        SHIPPED,
    )
    full = ledger.history(rows, Past(history=rows, outcomes=outcomes), SHIPPED)
    assert result.schema == full.schema
    assert result.height == (0 if empty == "rows" or nothing else rows.height)


def test_a_column_of_the_service_can_be_part_of_a_profile_and_must_exist() -> None:
    table = profiles.parse(
        {
            "base": {"rate": 0.1, "strength": 1},
            "profile": {"office": {"columns": ["office"], "stats": ["before"]}},
        }
    )
    log = frame([consignment(1, 0), consignment(2, 0)]).with_columns(office=pl.Series(["A", "B"]))
    rows = frame([consignment(3, 1), consignment(4, 1)]).with_columns(office=pl.Series(["A", None]))
    assert ledger.history(rows, Past(history=log), table)["office_before"].to_list() == [1, None]
    with pytest.raises(CatalogueError, match="lack: office"):
        ledger.history(rows.drop("office"), Past(history=log), table)


def test_existing_party_ids_are_used() -> None:
    named = ledger.keys(frame([consignment(1, 0)])).with_columns(consignee_key=pl.lit("somebody else"))
    rows = ledger.keys(frame([consignment(2, 5)]))
    assert ledger.history(rows, Past(history=named), SHIPPED)["consignee_before"].to_list() == [0]
