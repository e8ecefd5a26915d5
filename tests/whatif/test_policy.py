"""A policy changes what it names, and refuses invalid values."""

from dataclasses import replace
from datetime import date

import pytest

from riskscore.errors import SettingsError
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.whatif.policy import Policy

DAY = date(2024, 3, 1)
BASE = Capacities(Capacity(5, 4, 3, 2), {"VNHPH": Capacity(6)}, {("VNHPH", DAY): Capacity(7)})


def test_changes_apply_to_every_capacity_and_the_rest_stays():
    changed = Policy(boxes=9, shares=Shares(1, 0, 0), threshold=0.1).on(BASE)
    for port, day in ((None, DAY), ("VNHPH", date(2024, 3, 2)), ("VNHPH", DAY)):
        before = BASE.on(port, day)
        assert changed.on(port, day) == replace(before, boxes=9, shares=Shares(1, 0, 0), threshold=0.1)
    assert Policy(model="m").on(BASE) == BASE


def test_capacities_of_a_file_come_first():
    file = Capacities(Capacity(1, 1, 1, 1))
    assert Policy(file, file="new.toml").on(BASE) == file
    assert Policy(file, boxes=3, file="new.toml").on(BASE).default == Capacity(3, 1, 1, 1)


def test_the_name_says_what_differs():
    name = Policy(Capacities(), 4, Shares(0.9, 0, 0.1), 0.025, "models/ours", "new.toml").name
    assert name == "new.toml, 4 boxes per port, shares 0.9/0/0.1, threshold 0.025, model models/ours"
    assert Policy(boxes=0, threshold=0.0).name == "0 boxes per port, threshold 0"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "nothing to try"),
        ({"file": "new.toml"}, "nothing to try"),
        ({"boxes": -1}, "boxes -1"),
        ({"boxes": 2_000_000}, "1,000,000"),
        ({"threshold": 1.5}, "threshold 1.5"),
        ({"threshold": float("nan")}, "threshold nan"),
        ({"shares": Shares(0.5, 0.1, 0.1)}, "add up to 1"),
        ({"shares": Shares(1.5, -0.5, 0)}, "shares 1.5, -0.5, 0"),
        ({"shares": Shares(float("nan"), 0, 0)}, "shares nan"),
    ],
)
def test_an_invalid_policy_is_refused(values, message):
    with pytest.raises(SettingsError, match=message):
        Policy(**values)
