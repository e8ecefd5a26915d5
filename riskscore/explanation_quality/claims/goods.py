"""Claims for features/goods.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from math import log10

from riskscore.explanation_quality import tables, words
from riskscore.explanation_quality.case import FRONT, Case
from riskscore.explanation_quality.claims.logic import log_plus_one
from riskscore.explanation_quality.claims.shared import Claim, rate, share


def _trade_fit(case: Case) -> float | None:
    parts = [
        case.advantage("origin", "export", chapter=True),
        case.advantage("destination", "import", chapter=True),
        case.advantage("destination", "export", chapter=True),
    ]
    return None if None in parts else parts[0] + parts[1] - 0.5 * parts[2]  # type: ignore[operator]


def _language_unusual(case: Case) -> bool | None:
    code = words.language(words.first_line(case["goods_description"] or ""))
    used = " ".join(
        tables.languages().get(place or "", "en") if place else "en"
        for place in (case.origin, case.loading, case.destination)
    )
    return code is not None and code not in used


VALUES: dict[str, Claim] = {
    "description_vague": lambda c: words.names_one(c["goods_description"], tables.terms("stop_words")),
    "description_words": lambda c: len(words.words(words.first_line(c["goods_description"]))),
    "description_unread": lambda c: c.described is None,
    "description_language_unusual": _language_unusual,
    "hs_missing": lambda c: c["hs2"] is None,
    "hs_text_agreement": lambda c: c.agreement,
    "hs_text_conflict": lambda c: None if c.agreement is None or c.described is None else c.described[1] - c.agreement,
    "cover_load": lambda c: c.cover,
    "cover_from_source": lambda c: c.cover * c.source,
    "cover_on_wildlife_route": lambda c: (
        c.cover * c.source * max(c.market, tables.strength("wildlife", "hub", c.discharge))
    ),
    "cover_kind_code": lambda c: (
        None if c.cover_kind is None else sorted(set(tables.cover_kinds().values())).index(c.cover_kind)
    ),
    "cover_named_under_other_code": lambda c: c.cover_word and c.cover_kind is None and c["hs2"] is not None,
    "listed_timber": lambda c: words.names_one(c["goods_description"], tables.terms("cites_timber")),
    "waste_or_scrap": lambda c: c.waste,
    "waste_to_poorer": lambda c: c.waste * c.way("waste"),
    "usual_price": lambda c: None if c.usual("usd_per_kg") is None else log10(c.usual("usd_per_kg")),
    "hard_to_value": lambda c: c.usual("usd_spread"),
    "cheap_goods_far": lambda c: (
        None
        if c.direct_km is None or c.usual("usd_per_kg") is None
        else min(c.direct_km / 1000 / (c.usual("usd_per_kg") + 0.1), 200.0)
    ),
    "origin_exports_goods": lambda c: tables.trade_share(c.origin, "export", c["hs4"]),
    "origin_advantage": lambda c: c.advantage("origin", "export", chapter=False),
    "origin_advantage_chapter": lambda c: c.advantage("origin", "export", chapter=True),
    "origin_imports_chapter": lambda c: c.advantage("origin", "import", chapter=True),
    "destination_exports_goods": lambda c: c.advantage("destination", "export", chapter=False),
    "destination_exports_chapter": lambda c: c.advantage("destination", "export", chapter=True),
    "destination_imports_goods": lambda c: c.advantage("destination", "import", chapter=False),
    "destination_imports_chapter": lambda c: c.advantage("destination", "import", chapter=True),
    "trade_fit": _trade_fit,
    "lane_goods_share": share("lane_hs2", "lane"),
    "origin_goods_seizure_rate": rate("hs6_origin"),
    "origin_goods_before": lambda c: log_plus_one(c.past["hs6_origin"].count()),
    "front_goods_new_trader": lambda c: c["hs4"] in FRONT and (c.past["consignee"].count() or 0) < 3,
    "chapters_in_box": lambda c: None if c["hs_codes"] is None else len({code[:2] for code in c["hs_codes"]}),
}
