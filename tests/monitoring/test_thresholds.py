"""Thresholds come from the settings; invalid entries are refused in one line."""

import pytest

from riskscore.errors import SettingsError
from riskscore.monitoring.thresholds import Limit, Thresholds


def test_missing_entries_have_their_defaults() -> None:
    assert Thresholds.of({}) == Thresholds()
    read = Thresholds.of({"nights": 14, "psi": {"note": 0.2, "alarm": 1}})
    assert (read.nights, read.psi, read.share) == (14, Limit(0.2, 1.0), Thresholds().share)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"night": 14}, "did you mean nights"),
        ({"nights": 0}, "whole number of 1 or more"),
        ({"nights": 2.5}, "whole number of 1 or more"),
        ({"nights": True}, "whole number of 1 or more"),
        ({"nights": 5}, "least_nights is 7"),
        ({"usual": "2"}, "a number of 0 or more"),
        ({"psi": 0.25}, "note = A, alarm = B"),
        ({"psi": {"alarm": 0.25}}, "note = A, alarm = B"),
        ({"psi": {"note": 0.5, "alarm": 0.25}}, "B at least A"),
        ({"psi": {"note": 0.1, "alarm": float("nan")}}, "note = A"),
        ({"level": {"note": 0.5, "alarm": 2}}, "A above 1"),
    ],
)
def test_an_invalid_threshold_is_refused(table: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=r"^\[drift\] .*") as refused:
        Thresholds.of(table)
    assert message in str(refused.value)
