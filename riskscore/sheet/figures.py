"""Figures: positions and sizes, in SVG units, of the small drawings on a sheet. The template draws them.

Altair is not used: it takes a twentieth of a second per chart, a sheet has seven, and a hundred sheets may take a
minute.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from riskscore.explanation.contributions import groups, sums
from riskscore.explanation.explanation import Explanation
from riskscore.features.catalogue import Catalogue
from riskscore.language import Language
from riskscore.sheet.track_record import TrackRecord

WIDTH = 700
_MOST_BARS = 10
_LABEL, _FIGURE = 300, 60
"""Space to the left and right of a waterfall's bars."""

_TOP, _STEP = 20, 16
"""Space above the bars, and the distance from one bar to the next."""

_LETTERS = 48
"""Latin letters that fit next to a bar."""

_MOST_TICKS = 300


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: it starts at `x` and is `width` wide. `contribution` is in log-odds."""

    label: str
    full_label: str
    contribution: float
    x: float
    width: float
    y: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The steps from the base value to the margin; `start` and `end` are the positions of these two."""

    bars: tuple[Bar, ...]
    start: float
    end: float
    height: float


def waterfall(explained: Explanation, catalogue: Catalogue, language: Language) -> Waterfall:
    """Sum the contributions by red flag, strongest first; the small ones are one step at the end."""
    steps = _by_flag(explained, catalogue, language)
    rest = steps[_MOST_BARS:]
    if rest:
        steps = [*steps[:_MOST_BARS], (language.say("all other factors"), sum(step for _, step in rest))]
    ends = [explained.base]
    for _, contribution in steps:
        ends.append(ends[-1] + contribution)
    low, high = min(ends), max(ends)
    scale = (WIDTH - _LABEL - _FIGURE) / max(high - low, 1e-9)

    def x(value: float) -> float:
        return round(_LABEL + (value - low) * scale, 1)

    bars = tuple(
        Bar(
            label=_clipped(label),
            full_label=label,
            contribution=contribution,
            x=x(min(before, after)),
            width=max(round(abs(contribution) * scale, 1), 0.8),
            y=_TOP + _STEP * number,
        )
        for number, ((label, contribution), before, after) in enumerate(zip(steps, ends, ends[1:], strict=False))
    )
    return Waterfall(bars, x(ends[0]), x(ends[-1]), _TOP + _STEP * len(bars) + 18)


def _by_flag(explained: Explanation, catalogue: Catalogue, language: Language) -> list[tuple[str, float]]:
    """Title and contribution of each group of features that gives one reason, strongest first."""
    by = groups(explained.moved.names, catalogue)
    totals = sums(explained.moved.values, by)[0]
    features = [catalogue.features[explained.moved.names[group.columns[0]]] for group in by]
    titles = [
        feature.meaning if group.indicator is None else catalogue.flags[group.indicator]
        for group, feature in zip(by, features, strict=True)
    ]
    steps = [(language.say(title), float(total)) for title, total in zip(titles, totals, strict=True)]
    return sorted(steps, key=lambda step: -abs(step[1]))


def _clipped(text: str, letters: int = _LETTERS) -> str:
    """Cut `text` to `letters`; a wide letter counts as two."""
    room = letters
    for place, letter in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if room < 0:
            return text[: max(place - 1, 0)].rstrip() + "…"
    return text


@dataclass(frozen=True, slots=True)
class Mark:
    """An inspected consignment on a timeline."""

    x: float
    finding: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A party's consignments as `ticks` and its inspections as `marks`; the right end is the day of filing."""

    ticks: tuple[float, ...]
    marks: tuple[Mark, ...]
    first: date


def timeline(record: TrackRecord, day: date) -> Timeline | None:
    """Draw a party's history up to `day`; None without earlier consignments."""
    if not record.filed:
        return None
    first = record.filed[0]
    span = max((day - first).days, 1)

    def x(when: date) -> float:
        return round(10 + (WIDTH - 20) * (when - first).days / span, 1)

    places = sorted({x(when) for when in record.filed})
    order: Sequence[str] = ("clean", "irregular", "seizure")  # the gravest are drawn last, on top
    findings = sorted(record.inspected.select("filed", "finding").iter_rows(), key=lambda row: order.index(row[1]))
    return Timeline(
        ticks=tuple(places[:: len(places) // _MOST_TICKS + 1]),
        marks=tuple(Mark(x(filed), finding) for filed, finding in findings),
        first=first,
    )
