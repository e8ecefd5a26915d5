from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from worlds import LATE, START, filing, world

from riskscore import reference, schema
from riskscore.errors import SettingsError
from riskscore.history import balances, filings, ledger, profiles
from riskscore.history.balances import Balances
from riskscore.history.past import Past

SHIPPED = profiles.load()


def starts(rows: pl.DataFrame, log: pl.DataFrame) -> pl.Series:
    """First day of the consignment of each of `rows`, found by a plain loop over the log."""
    days = defaultdict(list)
    for *key, filed_at in log.select(*schema.KEY, "filed_at").iter_rows():
        days[tuple(key)].append(filed_at.date())
    anchors = []
    for row in rows.to_dicts():
        own = sorted(days[tuple(row[name] for name in schema.KEY)])
        anchor = own[0]
        for day in own:
            if day - anchor > timedelta(days=filings.SAME_BILL_DAYS) and day <= row["filed_at"].date():
                anchor = day
        anchors.append(anchor)
    return pl.Series("started", anchors, dtype=pl.Date)


def of_bills(frame: pl.DataFrame, *touched: pl.DataFrame) -> pl.DataFrame:
    return frame.join(pl.concat(part.select(schema.KEY) for part in touched), on=schema.KEY, how="semi")


def nights(
    filed: pl.DataFrame, found: pl.DataFrame, close: Callable[[int], bool], look: Callable[[int], bool]
) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """For each night to `look` at, the statistics of its filings from its ledger and from the full log."""
    kept, closed = pl.DataFrame(schema=balances.COLUMNS), None
    results = []
    for night in sorted({*filed["taken"], *found["taken"]}):
        tonight = pl.col("taken") == night
        sofar = pl.col("taken") <= night
        bills = filed.filter(tonight), found.filter(tonight)
        log, outcomes = (of_bills(frame.filter(sofar), *bills) for frame in (filed, found))
        after = balances.entries(log, outcomes, SHIPPED)
        before = balances.entries(log.filter(~tonight), outcomes.filter(~tonight), SHIPPED)
        kept = pl.concat([kept, balances.difference(after, before)])
        if close(night):
            closed = (START + timedelta(days=night - filings.SAME_BILL_DAYS - LATE - 1)).date()
            kept = balances.collapse(kept, closed, SHIPPED)
        rows = bills[0].sort("filed_at", "version").unique(schema.KEY, keep="last", maintain_order=True)
        if rows.height and look(night):
            whole = ledger.history(rows, Past(history=filed.filter(sofar), outcomes=found.filter(sofar)), SHIPPED)
            rows = rows.with_columns(starts(rows, filed.filter(sofar)))
            by_balances = ledger.history(rows, Past(history=rows.clear(), balances=Balances(kept, closed)), SHIPPED)
            results.append((by_balances, whole))
    return results


@pytest.mark.parametrize(
    ("seed", "size", "share"),
    [(0, 20, 0.4), *(pytest.param(seed, 60, 0.4, marks=pytest.mark.slow) for seed in range(3))],
)
def test_every_night_the_balances_equal_the_full_log(seed: int, size: int, share: float) -> None:
    """A `share` of the nights is compared."""
    filed, found = world(seed, days=450, size=size)
    rng = random.Random(seed)  # noqa: S311
    results = nights(filed, found, lambda _: rng.random() < 0.1, lambda _: rng.random() < share)
    assert len(results) > size / 6
    for by_balances, whole in results:
        assert_frame_equal(by_balances, whole, check_exact=True)


@pytest.mark.parametrize("seed", range(4))
def test_the_full_log_equals_the_naive_loop(seed: int, naive: Any, agree: Any) -> None:
    filed, found = world(seed, days=700, size=120)
    agree(
        ledger.history(filed, Past(history=filed, outcomes=found), SHIPPED).to_dicts(),
        naive(filed, filed, found, SHIPPED),
    )


@given(seed=st.integers(0, 10**6), closed=st.integers(-5, 900), again=st.integers(0, 300))
@settings(max_examples=4, deadline=None)
def test_collapsing_changes_no_statistic_after_the_day_of_closing(seed: int, closed: int, again: int) -> None:
    filed, found = world(seed, days=600, size=60)
    rows = balances.entries(filed, found, SHIPPED)
    days = [(START + timedelta(days=day)).date() for day in (closed, closed + again)]
    once, twice = rows, rows
    once = balances.collapse(rows, days[1], SHIPPED)
    for day in days:
        twice = balances.collapse(twice, day, SHIPPED)
    rows_after = filed.with_columns(started=pl.lit(days[1] + timedelta(days=1 + seed % 40)))
    expected = ledger.history(rows_after, Past(history=filed.clear(), balances=Balances(rows)), SHIPPED)
    for kept in (once, twice):
        result = ledger.history(rows_after, Past(history=filed.clear(), balances=Balances(kept, days[1])), SHIPPED)
        assert_frame_equal(result, expected, check_exact=True)
    old = once.filter(pl.col("day") <= (days[1] - date(1970, 1, 1)).days - 365)
    assert old.group_by("profile", "key", "chapter").len()["len"].max() in {None, 1, 2}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_entry(seed: int) -> None:
    filed, found = world(seed, days=400, size=100)
    bills, records = (frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (filed, found))
    assert_frame_equal(
        balances.entries(bills, records, SHIPPED), balances.entries(filed, found, SHIPPED), check_row_order=False
    )


def test_filings_that_are_not_kept_yet_can_be_passed_with_the_balances() -> None:
    filed, _ = world(5, days=30, size=80)
    filed = filed.unique(schema.KEY)
    old = pl.col("filed_at").dt.date() < date(2024, 1, 20)
    kept = Balances(balances.entries(filed.filter(old), None, SHIPPED))
    rows = filed.filter(~old)
    assert_frame_equal(
        ledger.history(rows, Past(history=rows, balances=kept), SHIPPED),
        ledger.history(rows, Past(history=filed), SHIPPED),
    )


def test_a_filing_after_the_first_day_of_its_consignment_makes_no_entry() -> None:
    filed, _ = world(1, days=5, size=20)
    filed = filed.unique(schema.KEY).with_columns(started=pl.lit(date(2023, 12, 1)))
    assert balances.entries(filed, None, SHIPPED).is_empty()
    anew = balances.entries(filed.with_columns(started=pl.lit(None, pl.Date)), None, SHIPPED)
    assert_frame_equal(anew, balances.entries(filed.drop("started"), None, SHIPPED), check_row_order=False)


@pytest.mark.parametrize(("days_later", "before", "consignments"), [(120, 0, 1), (121, 1, 2)])
def test_a_bill_filed_again_after_120_days_is_another_consignment(
    days_later: int, before: int, consignments: int
) -> None:
    rng = random.Random(0)  # noqa: S311
    first = filing(rng, 1, 0) | {"shipper_name": "Alder"}
    again = first | {"filed_at": START + timedelta(days=days_later), "version": 2}
    filed = schema.conform(pl.DataFrame([first, again]))
    result = ledger.history(filed, Past(history=filed), SHIPPED)
    assert result["shipper_before"].to_list() == [0, before]
    rows = balances.entries(filed, None, SHIPPED).filter(pl.col("profile") == "shipper")
    assert rows["consignments"].sum() == consignments


FIRST = {"inspected_at": START + timedelta(days=1), "known_at": START + timedelta(days=2), "finding": "clean"}
LATER = {"known_at": START + timedelta(days=9)}


@pytest.mark.parametrize(
    ("records", "as_of", "expected"),
    [
        ([FIRST, FIRST], 20, (1, 0)),
        ([FIRST, FIRST | LATER], 20, (1, 0)),
        ([FIRST, FIRST | LATER | {"finding": "seizure"}], 9, (1, 0)),
        ([FIRST, FIRST | LATER | {"finding": "seizure"}], 10, (1, 1)),
        ([FIRST | {"finding": "seizure"}, FIRST | LATER], 9, (1, 1)),
        ([FIRST | {"finding": "seizure"}, FIRST | LATER], 10, (1, 0)),
        ([FIRST, FIRST | LATER | {"inspected_at": START + timedelta(days=8), "finding": "seizure"}], 20, (2, 1)),
        ([FIRST | {"inspected_at": None}, FIRST | LATER | {"inspected_at": None, "finding": "seizure"}], 20, (1, 1)),
        ([FIRST, FIRST | {"inspected_at": None}], 20, (2, 0)),
    ],
    ids=[
        "exact duplicate",
        "repeated",
        "not yet corrected",
        "corrected",
        "not yet taken back",
        "taken back",
        "two inspections",
        "a correction without a moment of inspection",
        "with and without a moment",
    ],
)
def test_a_later_record_of_an_inspection_replaces_the_earlier(
    records: list[dict[str, Any]], as_of: int, expected: tuple[int, int]
) -> None:
    rng = random.Random(0)  # noqa: S311
    log = schema.conform(pl.DataFrame([filing(rng, 1, 0) | {"shipper_name": "Alder"}]))
    rows = schema.conform(pl.DataFrame([filing(rng, 2, as_of) | {"shipper_name": "Alder"}]))
    numbers = {name: log[name][0] for name in schema.KEY}
    outcomes = schema.conform(pl.DataFrame([numbers | record for record in records]), schema.OUTCOME)
    for order in (outcomes, outcomes[::-1]):
        result = ledger.history(rows, Past(history=log, outcomes=order), SHIPPED)
        assert result.select("shipper_inspected", "shipper_seized").row(0) == expected


def test_a_correction_stays_with_the_consignment_that_was_inspected() -> None:
    rng = random.Random(0)  # noqa: S311
    first = filing(rng, 1, 0) | {"shipper_name": "Alder"}
    again = first | {"filed_at": START + timedelta(days=150), "shipper_name": "Birch"}
    log = schema.conform(pl.DataFrame([first, again]))
    numbers = {name: log[name][0] for name in schema.KEY}
    late = {"known_at": START + timedelta(days=160), "finding": "seizure"}
    outcomes = schema.conform(pl.DataFrame([numbers | FIRST, numbers | FIRST | late]), schema.OUTCOME)
    rows = schema.conform(
        pl.DataFrame([filing(rng, 8 + n, 170) | {"shipper_name": name} for n, name in enumerate(["Alder", "Birch"])])
    )
    assert ledger.history(rows, Past(history=log, outcomes=outcomes), SHIPPED)["shipper_seized"].to_list() == [1, 0]


def test_a_day_before_the_closing_of_the_balances_is_refused() -> None:
    filed, _ = world(2, days=10, size=20)
    filed = filed.unique(schema.KEY)
    kept = balances.collapse(balances.entries(filed, None, SHIPPED), date(2024, 1, 5), SHIPPED)
    with pytest.raises(SettingsError, match=r"on or before 2024-01-05.*full history"):
        ledger.history(filed, Past(history=filed.clear(), balances=Balances(kept, date(2024, 1, 5))), SHIPPED)


@pytest.mark.parametrize("seed", range(3))
def test_only_the_rows_of_needed_keys_need_to_be_read(seed: int) -> None:
    filed, found = world(seed, days=300, size=100)
    kept = balances.entries(filed, found, SHIPPED)
    rows = filed.tail(5)
    few = kept.join(balances.needed_keys(rows, SHIPPED), on=["profile", "key"], how="semi")
    assert few.height < kept.height
    assert_frame_equal(
        ledger.history(rows, Past(history=rows.clear(), balances=Balances(few)), SHIPPED),
        ledger.history(rows, Past(history=rows.clear(), balances=Balances(kept)), SHIPPED),
    )


def test_the_basis_follows_the_profiles_and_the_legal_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = profiles.Profiles(dict(list(SHIPPED.profiles.items())[1:]), SHIPPED.base_rate, SHIPPED.base_strength)
    digests = {balances.basis(SHIPPED), balances.basis(SHIPPED), balances.basis(fewer)}
    assert len(digests) == 2
    monkeypatch.setattr(reference, "legal_forms", lambda: pl.DataFrame({"form": ["gmbh"], "canonical": ["gmbh"]}))
    assert balances.basis(SHIPPED) not in digests
