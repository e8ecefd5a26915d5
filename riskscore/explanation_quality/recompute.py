"""Recompute: whether every value in every sentence of the reasons is right, worked out again in plain Python.

row, history, voyage ─▶ Case ─▶ claims ─┐
sentence ─▶ its template ───────────────┴─▶ each value compared with the right one

The claims share only reference tables, party ids and the texts of the catalogue with the engine. History is counted
event by event. A number is right if it equals the right value after rounding.
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
from riskscore.explanation_quality.recount import Recount, rows_with_keys
from riskscore.features.catalogue import Catalogue, Feature
from riskscore.history.past import Past
from riskscore.schema import KEY, NOTHING

Row = dict[str, Any]

NEAR = 1e-6
"""Allowed relative difference from the right value before rounding, because sums may be in another order."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence with the number of its `values`, and what is wrong with it (`fault`), if anything."""

    feature: str
    sentence: str
    values: int
    fault: str | None


class Checker:
    """Works out what sentences about n consignments may claim, and checks sentences against it."""

    def __init__(
        self,
        rows: pl.DataFrame,
        catalogue: Catalogue,
        past: Past,
    ) -> None:
        """`rows` are the scored consignments (canonical columns), `past` is what they were scored with."""
        self._catalogue = catalogue
        earlier = past.earlier
        filings = [frame for frame in (past.history, earlier) if frame is not None]
        self._recount = Recount([*filings, rows], past.outcomes)
        self._rows = {tuple(row[name] for name in KEY): row for row in rows_with_keys(rows)}
        self._versions: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows_with_keys(earlier) if earlier is not None else ():
            self._versions[tuple(row[name] for name in KEY)].append(row)
        self._voyages: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        self._seals: dict[tuple[Any, str], dict[str, set[Any]]] = defaultdict(dict)
        for row in self._rows.values():
            self._voyages[_voyage(row)].append(row)
            for seal in row["seal_numbers"] or ():
                if seal is not None:
                    sealed = self._seals[row["filed_at"].date(), seal.strip().upper()]
                    sealed.setdefault(row["container_number"], set()).add(_seals_of_bill(row))

    def case(self, key: tuple[str, str]) -> Case:
        """Return everything that may be claimed about one consignment. Raises KeyError if it is not one of the rows."""
        row = self._rows[key]
        every = sorted(self._versions.get(key, ()), key=lambda version: (version["filed_at"], version["version"] or 0))
        versions = [version for version in every if version["filed_at"] <= row["filed_at"]]
        day = row["filed_at"].date()
        seals = {
            seal.strip().upper(): _others(self._seals[day, seal.strip().upper()], row)
            for seal in row["seal_numbers"] or ()
            if seal is not None
        }
        return Case(row, versions, self._recount.before(row), self._voyages[_voyage(row)], seals)

    def check(self, reasons: pl.DataFrame) -> Iterator[Checked]:
        """Check every sentence in the result of `reasons`: reasons, mitigating reasons and checks."""
        for bill, container, raising, lowering in reasons.select(*KEY, "reasons", "mitigating").iter_rows():
            case = self.case((bill, container))
            for reason in [*raising, *lowering]:
                feature = self._catalogue.features[reason["feature"]]
                yield _sentence(feature, reason["sentence"], case)
                yield _check(feature, reason["check"], case)


def _seals_of_bill(row: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The bill and the seals of a row whose seals are likely those of its whole bill; None for other rows."""
    figures = (row["gross_weight_kg"], row["package_count"], row["volume_m3"])
    is_of_bill = len(row["seal_numbers"]) > 1 or all(figure is None for figure in figures)
    if not is_of_bill or row["bill_of_lading"] in (None, NOTHING):
        return None
    return row["bill_of_lading"], *row["seal_numbers"]


def _others(sealed: Mapping[str, set[Any]], row: Mapping[str, Any]) -> int:
    """Number of containers with a seal besides that of `row`, and those that have the same seals of its bill."""
    own = _seals_of_bill(row)
    return sum(
        number != row["container_number"] and (own is None or own not in owners) for number, owners in sealed.items()
    )


def _voyage(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["filed_at"].date(), row["vessel_name"], row["voyage"]


def _sentence(feature: Feature, sentence: str, case: Case) -> Checked:
    if feature.name not in VALUES:
        return Checked(feature.name, sentence, 0, "no claim gives its value; add one to explanation_quality/claims")
    value = VALUES[feature.name](case)
    if sentence in (feature.absent, f"Not known: {feature.meaning}."):
        return Checked(feature.name, sentence, 0, None if value is None else f"its value is {value}")
    for template in (feature.reason, feature.relief):
        values = _matched(template, sentence) if template else None
        if values is not None:
            return Checked(feature.name, sentence, len(values), _fault(values, feature, case))
    if sentence == f"{feature.meaning[:1].upper()}{feature.meaning[1:]}.":
        return Checked(feature.name, sentence, 0, None)
    return Checked(feature.name, sentence, 0, "the catalogue has no such sentence")


def _check(feature: Feature, sentence: str, case: Case) -> Checked:
    values = _matched(feature.check, sentence)
    if values is None:
        text = "".join(part + ("" if name is None else "(not stated)") for part, name, _ in fields(feature.check))
        is_text = sentence == text[:1].upper() + text[1:]
        return Checked(feature.name, sentence, 0, None if is_text else "the catalogue has no such check")
    return Checked(feature.name, sentence, len(values), _fault(values, feature, case))


def _matched(template: str, sentence: str) -> list[tuple[str, str, str]] | None:
    """The values (name, format, text) in `sentence` if it was made from `template`, else None."""
    parts = fields(template)
    pattern = "".join(re.escape(text) + ("" if name is None else "(.*?)") for text, name, _ in parts)
    match = re.fullmatch(pattern, sentence, re.DOTALL) or re.fullmatch(pattern, sentence[:1].lower() + sentence[1:])
    if match is None:
        return None
    named = [(name, form) for _, name, form in parts if name is not None]
    return [(name, form, text) for (name, form), text in zip(named, match.groups(), strict=True)]


def _fault(values: list[tuple[str, str, str]], feature: Feature, case: Case) -> str | None:
    """What is wrong with the first wrong value, in plain language; None if all are right."""
    for name, form, text in values:
        claim = VALUES[feature.name] if name == "value" else FIELDS.get(name) or VALUES[name]
        right = claim(case)
        allowed = right if isinstance(right, set) else {right} if not isinstance(right, list) else {", ".join(right)}
        texts = {variant for value in allowed for variant in _variants(value, form)}
        if " ".join(text.split()).lower() not in {" ".join(variant.split()).lower() for variant in texts}:
            return f"{name} is {text!r} but should be {sorted(texts)}"
    return None


def _variants(value: Any, form: str) -> Iterator[str]:
    """All texts that are right for a value in a sentence. A number may be off by NEAR before rounding."""
    if isinstance(value, bool) and form:
        value = float(value)
    near = (value, value * (1 - NEAR), value * (1 + NEAR)) if isinstance(value, float) else (value,)
    for number in near:
        text = shown(number, form)
        if text is not None:
            yield text
            if len(text) > 100:
                yield text[:97].rstrip() + "..."
