"""Claims for features/contraband.toml: the right value of each feature, and the countries that its sentence may name.

Every pair of a start and an end, and every line of goods, is tried: the best one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from riskscore.explanation_quality import tables
from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims.shared import Claim

COMMODITIES = {
    "cocaine": ["cocaine"],
    "opioid": ["heroin", "tramadol and khat"],
    "methamphetamine": ["methamphetamine", "precursors"],
    "captagon": ["captagon"],
    "cannabis": ["cannabis"],
    "arms": ["small arms"],
    "cigarette": ["cigarettes"],
    "counterfeit": ["counterfeits"],
    "waste": ["plastic waste", "e-waste", "hazardous waste"],
    "timber": ["illegal timber"],
}
"""Kind, as in the name of its feature -> its commodities."""

_NAMES = {"opioid": "opioids", "cigarette": "cigarettes", "counterfeit": "counterfeits"}
"""Kind in the name of its feature -> kind in the fields of its sentence, where they differ."""


def _lines(case: Case) -> list[str]:
    """The declared codes, else the chapter that the description points to."""
    codes = [re.sub(r"[\s.\-]", "", code or "") for code in case["hs_codes"] or []]
    valid = [code for code in codes if re.fullmatch(r"(?!00)(?:[0-9]{2}){1,7}", code)]
    return valid or [code for code in [case.chapter] if code is not None]


def _ways(case: Case, kind: str) -> Iterator[tuple[float, str, str]]:
    """The strength of each commodity from each start to each end, for the line that hides it most."""
    starts = [country for country in (case.origin, case.loading) if country is not None]
    ends = [country for country in (case.destination, case.discharge, case.delivery) if country is not None]
    for commodity in COMMODITIES[kind]:
        covers = [tables.cover_of(commodity, code) for code in _lines(case)]
        for start in starts if covers else []:
            source, hub = (tables.role(commodity, role, start) for role in ("source", "hub"))
            for end in ends:
                market, far_hub = (tables.role(commodity, role, end) for role in ("market", "hub"))
                way = max(source * market, source * far_hub, hub * market)
                yield max(covers) * way, start, end


def _value(kind: str, case: Case) -> float | None:
    return max((strength for strength, _, _ in _ways(case, kind)), default=None)


def _from(kind: str, case: Case) -> set[str]:
    """Names of the countries at the start of the strongest ways, any of which may be named."""
    return {_name(start) for start, _ in _strongest(kind, case)}


def _to(kind: str, case: Case) -> set[str]:
    """Names of the countries at the end of the strongest ways, any of which may be named."""
    return {_name(end) for _, end in _strongest(kind, case)}


def _name(country: str) -> str:
    return tables.countries()[country][0] if country in tables.countries() else country


def _strongest(kind: str, case: Case) -> set[tuple[str, str]]:
    ways, most = list(_ways(case, kind)), _value(kind, case)
    return {(start, end) for strength, start, end in ways if strength == most}


VALUES: dict[str, Claim] = {f"cover_on_{kind}_route": partial(_value, kind) for kind in COMMODITIES}

FIELDS: dict[str, Claim] = {
    f"{_NAMES.get(kind, kind)}_{end}": partial(claim, kind)
    for kind in COMMODITIES
    for end, claim in (("from", _from), ("to", _to))
}
