"""Recompute: whether every number in every sentence of the reasons is right, worked out anew in plain Python.

row, past, ship ─▶ Case ─▶ claims ─┐
sentence ─▶ which template it is ──┴─▶ each value in it beside the one worked out

The claims share reference tables, the resolution of parties and the words of the catalogue with the engine, nothing
else: the past is counted event by event. A number is right where it is the one worked out, as it rounds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from riskscore.explanation.sentences import fields, shown
from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims.fields import FIELDS
from riskscore.explanation_quality.claims.values import VALUES
from riskscore.explanation_quality.recount import Recount, plain
from riskscore.features.catalogue import Catalogue, Feature
from riskscore.history.past import Past
from riskscore.schema import KEY

Row = dict[str, Any]

NEAR = 1e-6
"""How far a number may be off the one worked out, as a share of it, before it is rounded: sums in another order."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence: how many values it holds, and what is wrong with it, if anything."""

    feature: str
    sentence: str
    values: int
    fault: str | None


class Checker:
    """Works out what sentences about consignments of some filings may claim."""

    def __init__(
        self,
        rows: pl.DataFrame,
        catalogue: Catalogue,
        past: Past,
    ) -> None:
        """`rows` are what is scored, `past` is what they were judged by."""
        self._catalogue = catalogue
        earlier = past.earlier
        before = [frame for frame in (past.history, earlier) if frame is not None]
        self._past = Recount([*before, rows], past.outcomes)
        self._rows = {tuple(row[name] for name in KEY): row for row in plain(rows)}
        self._versions: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in plain(earlier) if earlier is not None else ():
            self._versions[tuple(row[name] for name in KEY)].append(row)
        self._ships: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        self._seals: dict[tuple[Any, str], set[str]] = defaultdict(set)
        for row in self._rows.values():
            self._ships[_ship(row)].append(row)
            for seal in row["seal_numbers"] or ():
                if seal is not None:
                    self._seals[row["filed_at"].date(), seal.strip().upper()].add(row["container_number"])

    def case(self, key: tuple[str, str]) -> Case:
        """Everything that may be claimed of one consignment."""
        row = self._rows[key]
        told = sorted(self._versions.get(key, ()), key=lambda one: (one["filed_at"], one["version"] or 0))
        versions = [one for one in told if one["filed_at"] <= row["filed_at"]]
        day = row["filed_at"].date()
        seals = {
            seal.strip().upper(): len(self._seals[day, seal.strip().upper()] - {row["container_number"]})
            for seal in row["seal_numbers"] or ()
            if seal is not None
        }
        return Case(row, versions, self._past.before(row), self._ships[_ship(row)], seals)

    def check(self, told: pl.DataFrame) -> Iterator[Checked]:
        """Check every sentence of `told`, what `reasons` returns: reasons, mitigating ones and checks."""
        for bill, container, raising, lowering in told.select(*KEY, "reasons", "mitigating").iter_rows():
            case = self.case((bill, container))
            for reason in [*raising, *lowering]:
                feature = self._catalogue.features[reason["feature"]]
                yield _sentence(feature, reason["sentence"], case)
                yield _check(feature, reason["check"], case)


def _ship(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["filed_at"].date(), row["vessel_name"], row["voyage"]


def _sentence(feature: Feature, sentence: str, case: Case) -> Checked:
    if feature.name not in VALUES:
        return Checked(feature.name, sentence, 0, "no claim works its value out; add one to explanation_quality/claims")
    value = VALUES[feature.name](case)
    if sentence in (feature.absent, f"Not known: {feature.meaning}."):
        return Checked(feature.name, sentence, 0, None if value is None else f"it has the value {value}")
    for template in (feature.reason, feature.relief):
        found = _matched(template, sentence) if template else None
        if found is not None:
            return Checked(feature.name, sentence, len(found), _fault(found, feature, case))
    if sentence == f"{feature.meaning[:1].upper()}{feature.meaning[1:]}.":
        return Checked(feature.name, sentence, 0, None)
    return Checked(feature.name, sentence, 0, "it is no sentence of the catalogue")


def _check(feature: Feature, sentence: str, case: Case) -> Checked:
    found = _matched(feature.check, sentence)
    if found is None:
        plain_text = "".join(text + ("" if name is None else "(not stated)") for text, name, _ in fields(feature.check))
        is_plain = sentence == plain_text[:1].upper() + plain_text[1:]
        return Checked(feature.name, sentence, 0, None if is_plain else "it is no check of the catalogue")
    return Checked(feature.name, sentence, len(found), _fault(found, feature, case))


def _matched(template: str, sentence: str) -> list[tuple[str, str, str]] | None:
    """What stands in the fields of `template` where `sentence` is made of it: (name, format, text)."""
    parts = fields(template)
    pattern = "".join(re.escape(text) + ("" if name is None else "(.*?)") for text, name, _ in parts)
    found = re.fullmatch(pattern, sentence, re.DOTALL) or re.fullmatch(pattern, sentence[:1].lower() + sentence[1:])
    if found is None:
        return None
    named = [(name, form) for _, name, form in parts if name is not None]
    return [(name, form, text) for (name, form), text in zip(named, found.groups(), strict=True)]


def _fault(found: list[tuple[str, str, str]], feature: Feature, case: Case) -> str | None:
    """The first value that is not the one worked out, in words; None where all are right."""
    for name, form, text in found:
        claim = VALUES[feature.name] if name == "value" else FIELDS.get(name) or VALUES[name]
        right = claim(case)
        allowed = right if isinstance(right, set) else {right} if not isinstance(right, list) else {", ".join(right)}
        texts = {one for value in allowed for one in _written(value, form)}
        if " ".join(text.split()).lower() not in {" ".join(one.split()).lower() for one in texts}:
            return f"{name} is {text!r}, and should be {sorted(texts)}"
    return None


def _written(value: Any, form: str) -> Iterator[str]:
    """A value as it may stand in a sentence; a number also as one that is off by NEAR rounds."""
    if isinstance(value, bool) and form:
        value = float(value)
    near = (value, value * (1 - NEAR), value * (1 + NEAR)) if isinstance(value, float) else (value,)
    for one in near:
        text = shown(one, form)
        if text is not None:
            yield text
            if len(text) > 100:
                yield text[:97].rstrip() + "..."
