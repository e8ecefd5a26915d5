"""The page of a night shows what came in and what needs attention, and no manifest can run code in it."""

from typing import Any

import pytest

from riskscore.pages import night

COUNTS: dict[str, Any] = {
    "run": 7,
    "night": "2024-01-02",
    "begun": "2024-01-02T02:00:01+00:00",
    "manifests": {"rows_in": 100, "accepted": 99, "refused": {"no_bill": 1}, "filings": 90, "consignments": 90},
    "outcomes": {"rows_in": 3, "accepted": 3, "refused": {}},
    "scores": {"scored": 90, "explained": 9, "data": "simulated"},
    "slate": {"actions": {"open": 1, "none": 89}, "shares": {"score": 1}},
    "usual_filings": 88.0,
    "model": "simulated-1",
    "files": ["a.csv"],
    "left": [],
    "seconds": {"scores": 1.5, "all": 2.0},
}
BOX = {
    "port": None,
    "place": 1,
    "container_number": "<script>alert(1)</script>",
    "bill_of_lading": "B1",
    "action": "open",
    "share": "random",
    "probability": 0.25,
    "inclusion": 0.1,
    "sentences": ["A <b>bold</b> claim."],
}


def test_the_page_shows_the_counts_and_runs_nothing_from_a_manifest() -> None:
    page = night.render(COUNTS, [BOX], [COUNTS, COUNTS])
    for text in ("Night of 2024-01-02", "trained on\nsimulated data", "no_bill", "25.0%", "not stated", "<svg"):
        assert text in page
    assert "<script" not in page
    assert "&lt;b&gt;bold" in page


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"left": [{"name": "x.csv", "why": "cannot be read: damaged"}]}, ["x.csv was left"]),
        ({"manifests": {**COUNTS["manifests"], "refused": {"no_bill": 40}}}, ["40% of the rows"]),
        ({"usual_filings": 1000.0}, ["1,000 are usual"]),
        ({"usual_filings": None}, []),
    ],
)
def test_what_is_unusual_is_named(change: dict[str, Any], told: list[str]) -> None:
    notes = night.look_at({**COUNTS, **change})
    assert len(notes) == len(told)
    assert all(expected in note for note, expected in zip(notes, told, strict=True))


def test_what_has_changed_is_among_what_to_look_at_and_the_first_five_are_told() -> None:
    alarms = [f"Column {number} is missing." for number in range(7)]
    drift = {"nights_before": 28, "young": False, "alarms": alarms, "notes": ["A <b>note</b>."], "explained": 0}
    counts = COUNTS | {"drift": drift}
    told = night.look_at(counts)
    assert told[:5] == alarms[:5]
    assert told[5:] == ["2 more changes of this kind. `riskscore drift` shows all."]
    page = night.render(counts, [BOX], [counts])
    assert "7 alarms" in page
    assert "A &lt;b&gt;note&lt;/b&gt;." in page
    assert "What has changed" not in night.render(COUNTS, [BOX], [COUNTS])
