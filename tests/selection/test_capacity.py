import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.errors import SettingsError
from riskscore.selection.capacity import FEWEST_WITH_RANDOM, Capacities, Capacity, Shares, parse

DAY = date(2024, 5, 1)
TOML = """
[default]
boxes = 8
audits = 5

[port.VNHPH]
boxes = 6
shares = { score = 0.5, explore = 0.25, random = 0.25 }

[[port.VNHPH.on]]
date = 2024-05-01
scans = 0

[port.SGSIN]
boxes = 30
"""


@pytest.mark.parametrize(
    ("port", "day", "expected"),
    [
        ("VNHPH", DAY, Capacity(6, 0, 40, 5, Shares(0.5, 0.25, 0.25))),
        ("VNHPH", date(2024, 5, 2), Capacity(6, 20, 40, 5, Shares(0.5, 0.25, 0.25))),
        ("SGSIN", DAY, Capacity(30, 20, 40, 5)),
        ("NLRTM", DAY, Capacity(8, 20, 40, 5)),
        (None, DAY, Capacity(8, 20, 40, 5)),
    ],
)
def test_a_dated_entry_overrides_the_port_and_the_port_the_default(
    port: str | None, day: date, expected: Capacity
) -> None:
    assert parse(tomllib.loads(TOML)).on(port, day) == expected


def test_a_threshold_is_inherited_and_zero_by_default() -> None:
    limits = parse(tomllib.loads("[default]\nthreshold = 0.02\n[port.VNHPH]\nboxes = 6\n[port.SGSIN]\nthreshold = 0"))
    assert [limits.on(port, DAY).threshold for port in ("VNHPH", "NLRTM", "SGSIN")] == [0.02, 0.02, 0.0]
    assert parse({}).on("VNHPH", DAY).threshold == 0.0


def test_without_entries_every_port_has_the_default() -> None:
    assert parse({}) == Capacities()
    assert Capacities().on("VNHPH", DAY) == Capacity(10, 20, 40, 20, Shares(0.8, 0.1, 0.1))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[default]\nthreshold = 1.5", r"\[default\] threshold: 1.5 is not a probability"),
        ("[default]\nthreshold = true", r"\[default\] threshold: True is not a probability"),
        ("[default]\nbox = 3", r"\[default\]: unknown entries: box; allowed entries: boxes, scans"),
        ("[ports.VNHPH]\nboxes = 3", r"the top level: unknown entries: ports; allowed entries: default, port"),
        ("[default]\nboxes = -1", r"\[default\] boxes: -1 is not .* whole number from 0"),
        ("[default]\nscans = 2.5", r"\[default\] scans: 2.5 is not"),
        ("[default]\nboxes = true", r"\[default\] boxes: True is not"),
        ("[default]\nboxes = 9000000", r"from 0 to 1000000"),
        ("[port.haiphong]\nboxes = 3", r"'haiphong' is not a UN/LOCODE; write five capitals, for example VNHPH"),
        ("port = 3", r"\[port\]: must be a table, not 3"),
        ("[port]\nVNHPH = 3", r"\[port.VNHPH\]: must be a table, not 3"),
        ("[port.VNHPH]\non = 3", r"\[\[port.VNHPH.on\]\]: must be a list of tables"),
        ("[port.VNHPH]\non = [3]", r"\[\[port.VNHPH.on\]\] 1: must be a table, not 3"),
        ("[[port.VNHPH.on]]\nboxes = 3", r"\[\[port.VNHPH.on\]\] 1: date is None; write a date, for example"),
        ("[[port.VNHPH.on]]\ndate = 2024-05-01T10:00:00", r"write a date, for example"),
        ("[[port.VNHPH.on]]\ndate = 2024-05-01\nbox = 1", r"\[\[port.VNHPH.on\]\] 2024-05-01: unknown entries: box"),
        (
            "[[port.VNHPH.on]]\ndate = 2024-05-01\n[[port.VNHPH.on]]\ndate = 2024-05-01",
            r"2024-05-01 is listed twice",
        ),
        ("[default]\nshares = { score = 1 }", r"explore = None, random = None; write score, explore and random"),
        ("[default]\nshares = { score = 0.8, explore = 0.1, random = 0.2 }", r"the shares add up to 1.1"),
        ("[default]\nshares = { score = 0.8, explore = 0.1, luck = 0.1 }", r"unknown entries: luck"),
        ("[default]\nthreshold = 2", r"\[default\] threshold: 2 is not a probability; write a number from 0 to 1"),
        ("[port.VNHPH]\nthreshold = true", r"\[port.VNHPH\] threshold: True is not a probability"),
        ("[default]\nshares = { score = 1.2, explore = -0.1, random = -0.1 }", r"score = 1.2, explore = -0.1"),
    ],
)
def test_a_malformed_entry_is_named_with_a_correction(toml: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse(tomllib.loads(toml))


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [(0, (0, 0, 0)), (1, (1, 0, 0)), (2, (2, 0, 0)), (3, (2, 0, 1)), (5, (4, 0, 1)), (10, (8, 1, 1)), (14, (11, 1, 2))],
)
def test_boxes_are_split_by_largest_remainder_and_random_gets_at_least_one(
    boxes: int, expected: tuple[int, int, int]
) -> None:
    assert Shares().split(boxes) == expected


def test_a_port_without_a_random_share_gets_no_random_box() -> None:
    assert Shares(0.99, 0.01, 0.0).split(10) == (10, 0, 0)


@given(st.integers(0, 2000), st.tuples(*[st.integers(0, 100)] * 3).filter(any))
def test_the_split_adds_up_and_is_close_to_the_shares(boxes: int, parts: tuple[int, int, int]) -> None:
    shares = Shares(*(part / sum(parts) for part in parts))
    counts = shares.split(boxes)
    assert sum(counts) == boxes
    assert min(counts) >= 0
    if shares.random > 0 and boxes >= FEWEST_WITH_RANDOM:
        assert counts[2] >= 1
    # The guaranteed random box can cost another share one more than rounding alone.
    for count, part in zip(counts, (shares.score, shares.explore, shares.random), strict=True):
        assert abs(count - part * boxes) < 2


@pytest.mark.parametrize(("boxes", "reserved"), [(0, 0), (1, 0), (2, 0), (3, 1), (9, 1), (10, 1), (19, 1), (20, 2)])
def test_the_intelligence_share_is_rounded_down_and_at_least_one(boxes: int, reserved: int) -> None:
    shares = Shares(0.7, 0.1, 0.1, 0.1)
    assert shares.reserved(boxes) == reserved
    assert sum(shares.split(boxes - reserved)) == boxes - reserved
    assert Shares().reserved(boxes) == 0


def test_an_intelligence_share_is_read_and_zero_by_default() -> None:
    shares = {"score": 0.7, "explore": 0.1, "random": 0.1, "intelligence": 0.1}
    assert parse({"default": {"shares": shares}}).default.shares == Shares(0.7, 0.1, 0.1, 0.1)
    with pytest.raises(SettingsError, match="intelligence = 1"):
        parse({"default": {"shares": shares | {"score": 0.8}}})
    with pytest.raises(SettingsError, match=r"intelligence = -0\.1"):
        parse({"default": {"shares": shares | {"intelligence": -0.1}}})
