"""A sender that changes is named, one that is as it always was is not, and shares stand beside the usual ones."""

from datetime import date, timedelta
from pathlib import Path

import made_nights as nights
import numpy as np
import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.monitoring import senders, sentences
from riskscore.monitoring.drift import drift
from riskscore.monitoring.thresholds import Thresholds
from riskscore.views import senders as view

LIMITS = Thresholds()
DAYS = 10
ROWS = 400


def _file(sender: str, number: int, *, missing: float, refused: float = 0.01) -> pl.DataFrame:
    """The quality of one file: how often the weight is missing and a row refused, with the usual ups and downs."""
    rng = np.random.default_rng(number * 100 + len(sender))
    gaps, broken = int(rng.binomial(ROWS, missing)), int(rng.binomial(ROWS, refused))
    return pl.DataFrame(
        {
            "sender": sender,
            "file": f"{sender}-{number}.csv",
            "field": [None, "gross_weight_kg", "hs_codes"],
            "rows": ROWS,
            "bills": ROWS // 2,
            "missing": [0, gaps, ROWS],
            "refused": [broken, 0, 0],
            "doubtful": [0, 0, 0],
        }
    )


def _fill(lake: Lake, *, last: float, refused: float = 0.01, before: int = DAYS) -> date:
    """Nights with two senders; on the last one, `last` of the weights of acme are missing."""
    for number in range(1, before + 2):
        day = nights.night(lake, number)
        is_last = number == before + 1
        acme = _file("acme", number, missing=last if is_last else 0.05, refused=refused if is_last else 0.01)
        lake.append("quality", pl.concat([acme, _file("bolt", number, missing=0.2)]), run=number, night=day)
    return day


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return create_lake(tmp_path / "lake")


def test_a_sender_that_leaves_a_field_out_is_named_and_others_are_not(lake: Lake) -> None:
    day = _fill(lake, last=0.6)
    told = drift(lake, day, day).sentences_of("alarm")
    assert [text for text in told if text.startswith("Sender")] == [
        sentence for sentence in told if sentence.startswith("Sender acme: gross weight is missing in 6")
    ]
    assert sum(text.startswith("Sender") for text in told) == 1


def test_a_sender_whose_rows_are_refused_is_named(lake: Lake) -> None:
    day = _fill(lake, last=0.05, refused=0.5)
    found = senders.risen(lake, day, day, LIMITS)
    assert found.select("name", "bin").rows() == [("acme", "refused")]
    text = sentences.sender(found.row(0, named=True))
    assert text.startswith("Sender acme: ")
    assert text.endswith("of the rows are refused (usually 1%).") or "usually 1." in text


def test_senders_without_a_change_or_with_few_nights_are_quiet(tmp_path: Path) -> None:
    for name, last, before in (("same", 0.05, DAYS), ("young", 0.9, 3)):
        lake = create_lake(tmp_path / name)
        day = _fill(lake, last=last, before=before)
        assert senders.risen(lake, day, day, LIMITS).is_empty()


def test_a_sender_that_gets_better_is_no_alarm(lake: Lake) -> None:
    day = _fill(lake, last=0.0)
    assert senders.risen(lake, day, day, LIMITS).is_empty()


def test_shares_stand_beside_the_usual_ones(lake: Lake) -> None:
    day = _fill(lake, last=0.6)
    shares = senders.shares(lake, day, day, LIMITS)
    weight = shares.row(by_predicate=(pl.col("sender") == "acme") & (pl.col("field") == "gross_weight_kg"), named=True)
    assert (weight["rows"], weight["nights"], weight["nights_before"]) == (ROWS, 1, DAYS)
    assert weight["missing"] == pytest.approx(0.6, abs=0.1)
    assert weight["missing_before"] == pytest.approx(0.05, abs=0.02)
    acme, bolt = view.rows(view.record(shares, day, day, []))
    assert (acme["sender"], bolt["sender"], acme["rows"]) == ("acme", "bolt", "400")
    assert acme["missing"].startswith("gross weight ")
    assert "(usually " in acme["missing"]
    assert "HS code" not in acme["missing"], "a field that is never filled"


def test_a_period_of_several_nights_is_compared_with_those_before_it(lake: Lake) -> None:
    day = _fill(lake, last=0.6)
    first, last = senders.period(lake, 3)
    assert (first, last) == (day - timedelta(2), day)
    assert senders.shares(lake, first, last, LIMITS)["nights_before"].unique().to_list() == [DAYS - 2]
    assert senders.period(lake, 100)[0] == nights.FIRST


def test_a_lake_without_quality_says_so(lake: Lake) -> None:
    with pytest.raises(SettingsError, match="next nightly run"):
        senders.period(lake, 1)
