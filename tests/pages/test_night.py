"""The page of a night shows what came in and what needs attention, and no manifest can run code in it."""

from typing import Any

import pytest

from riskscore.pages import night
from riskscore.views.night import readings

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


READ = {
    "file": "acme.csv",
    "sender": "acme",
    "map": False,
    "format": "CSV",
    "rows_in": 100,
    "cancelled": 1,
    "refused": [{"rule": "required", "rows": 7, "lines": [3, 4, 5, 6, 7], "column": "bill_of_lading", "value": None}],
    "not_understood": [{"kind": "port", "count": 2, "sentence": "2 ports not understood: SAVUS, <b>CHINA</b>"}],
    "notes": ["currency: 3 values of several kinds"],
    "more_notes": 0,
}
ASIDE = {"file": "found.csv", "rule": "in_the_future", "rows": 1, "lines": [4], "column": "known_at", "value": "2099"}
PLANS = {
    "plans": 1,
    "boxes": 14,
    "differences": {"weight": 6, "type": 1},
    "sentences": [f"Box {number} weighs more." for number in range(7)],
    "notes": ["p.edi is of no ship"],
}


def test_the_reader_s_decisions_are_told_the_most_important_first() -> None:
    manifests = {**COUNTS["manifests"], "read": [READ], "notes": ["1 filing with a later version: kept as history"]}
    outcomes = {**COUNTS["outcomes"], "aside": [ASIDE]}
    counts = {**COUNTS, "manifests": manifests, "outcomes": outcomes, "stow_plans": PLANS}
    told = readings(counts)
    assert told[0] == "found.csv: 1 row refused (in_the_future) in line 4, such as known_at '2099'"
    assert told[1] == "Stow plans: 14 boxes compared, 7 differences (another weight: 6, another kind of box: 1)"
    assert told[2:9] == [*PLANS["sentences"][:5], "2 more differences with stow plans", "p.edi is of no ship"]
    assert told[9:] == [
        "acme.csv: 2 ports not understood: SAVUS, <b>CHINA</b>",
        "acme.csv: 7 rows refused (required) in lines 3, 4, 5, 6, 7 ..., because bill_of_lading is empty",
        "acme.csv: 1 cancellation, not scored and kept as history",
        "1 filing with a later version: kept as history",
        "acme.csv: currency: 3 values of several kinds",
    ]
    page = night.render(counts, [BOX], [counts])
    assert "How the files were read" in page
    assert "&lt;b&gt;CHINA" in page
    assert readings(COUNTS) == []
    assert "How the files were read" not in night.render(COUNTS, [BOX], [COUNTS])


def test_of_many_sentences_twenty_are_shown_and_the_others_counted() -> None:
    many = {**READ, "notes": [f"note {number}" for number in range(30)], "more_notes": 5}
    told = readings({**COUNTS, "manifests": {**COUNTS["manifests"], "read": [many]}})
    assert (len(told), told[-1]) == (21, "and 18 more")
    assert "note 29" in readings({**COUNTS, "manifests": {**COUNTS["manifests"], "read": [many]}}, None)[-1]


def test_the_page_shows_the_worst_senders() -> None:
    worst = [
        {"sender": "<i>acme", "rows": 200, "refused": 20, "doubtful": 1, "fields": ["gross_weight_kg", "hs_codes"]}
    ]
    counts = {**COUNTS, "manifests": {**COUNTS["manifests"], "senders": worst}}
    page = night.render(counts, [BOX], [counts])
    for text in ("&lt;i&gt;acme", "10.0%", "gross weight, HS code"):
        assert text in page, text
