"""Thresholds come from the settings, and what is not understood is refused in one line."""

import pytest

from riskscore.errors import SettingsError
from riskscore.monitoring.thresholds import Limit, Thresholds


def test_what_is_left_out_stays() -> None:
    assert Thresholds.of({}) == Thresholds()
    read = Thresholds.of({"nights": 14, "psi": {"note": 0.2, "alarm": 1}})
    assert (read.nights, read.psi, read.share) == (14, Limit(0.2, 1.0), Thresholds().share)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"night": 14}, "did you mean nights"),
        ({"nights": 0}, "whole number from 1"),
        ({"nights": 2.5}, "whole number from 1"),
        ({"nights": True}, "whole number from 1"),
        ({"nights": 5}, "least_nights is 7"),
        ({"usual": "2"}, "a number from 0"),
        ({"psi": 0.25}, "note = A, alarm = B"),
        ({"psi": {"alarm": 0.25}}, "note = A, alarm = B"),
        ({"psi": {"note": 0.5, "alarm": 0.25}}, "B not below A"),
        ({"psi": {"note": 0.1, "alarm": float("nan")}}, "note = A"),
        ({"level": {"note": 0.5, "alarm": 2}}, "A above 1"),
    ],
)
def test_what_is_no_threshold_is_refused(table: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=r"^\[drift\] .*") as refused:
        Thresholds.of(table)
    assert told in str(refused.value)
