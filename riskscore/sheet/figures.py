"""Figures: what the small drawings of a sheet are made of, in SVG units. The template draws them.

Drawn by hand, because a sheet has seven of them and a hundred sheets have a minute: a chart of altair takes
a twentieth of a second each.
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
"""Room left and right of a waterfall's bars."""

_TOP, _STEP = 20, 16
"""Room above the bars, and from one to the next."""

_LETTERS = 48
"""Letters of Latin script that fit beside a bar."""

_MOST_TICKS = 300


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: from `x` on, `width` wide; `moved` in log-odds."""

    label: str
    whole: str
    moved: float
    x: float
    width: float
    y: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The way from the base value to the margin; `zero` and `end` are where these two stand."""

    bars: tuple[Bar, ...]
    start: float
    end: float
    height: float


def waterfall(explained: Explanation, catalogue: Catalogue, language: Language) -> Waterfall:
    """Contributions summed by red flag, strongest first; what is small is one step at the end."""
    steps = _by_flag(explained, catalogue, language)
    rest = steps[_MOST_BARS:]
    if rest:
        steps = [*steps[:_MOST_BARS], (language.say("everything else"), sum(moved for _, moved in rest))]
    ends = [explained.base]
    for _, moved in steps:
        ends.append(ends[-1] + moved)
    low, high = min(ends), max(ends)
    scale = (WIDTH - _LABEL - _FIGURE) / max(high - low, 1e-9)

    def x(value: float) -> float:
        return round(_LABEL + (value - low) * scale, 1)

    bars = tuple(
        Bar(
            label=_clipped(label),
            whole=label,
            moved=moved,
            x=x(min(before, after)),
            width=max(round(abs(moved) * scale, 1), 0.8),
            y=_TOP + _STEP * number,
        )
        for number, ((label, moved), before, after) in enumerate(zip(steps, ends, ends[1:], strict=False))
    )
    return Waterfall(bars, x(ends[0]), x(ends[-1]), _TOP + _STEP * len(bars) + 18)


def _by_flag(explained: Explanation, catalogue: Catalogue, language: Language) -> list[tuple[str, float]]:
    """Contributions of the groups that reasons are told by, strongest first, under what each measures."""
    by = groups(explained.moved.names, catalogue)
    totals = sums(explained.moved.values, by)[0]
    features = [catalogue.features[explained.moved.names[group.columns[0]]] for group in by]
    titles = [
        feature.meaning if group.indicator is None else catalogue.flags[group.indicator]
        for group, feature in zip(by, features, strict=True)
    ]
    said = [(language.say(title), float(moved)) for title, moved in zip(titles, totals, strict=True)]
    return sorted(said, key=lambda step: -abs(step[1]))


def _clipped(text: str, letters: int = _LETTERS) -> str:
    """`text` as far as it fits; a wide letter counts as two."""
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
    """A party's consignments as `ticks` and what was found as `marks`, up to the day of filing at the right end."""

    ticks: tuple[float, ...]
    marks: tuple[Mark, ...]
    first: date


def timeline(record: TrackRecord, day: date) -> Timeline | None:
    """The past of a party up to `day`; None where there is none."""
    if not record.filed:
        return None
    first = record.filed[0]
    span = max((day - first).days, 1)

    def x(when: date) -> float:
        return round(10 + (WIDTH - 20) * (when - first).days / span, 1)

    places = sorted({x(when) for when in record.filed})
    order: Sequence[str] = ("clean", "irregular", "seizure")  # what is grave is drawn last, on top
    found = sorted(record.inspected.select("filed", "finding").iter_rows(), key=lambda one: order.index(one[1]))
    return Timeline(
        ticks=tuple(places[:: len(places) // _MOST_TICKS + 1]),
        marks=tuple(Mark(x(filed), finding) for filed, finding in found),
        first=first,
    )
