"""Claims for features/documents.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from riskscore.explanation_quality import words
from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims.logic import both, differ, either, logarithm, over, size
from riskscore.explanation_quality.claims.shared import Claim, missing, previous
from riskscore.explanation_quality.tables import known
from riskscore.features.documents import OPTIONAL


def _imo_wrong(case: Case) -> bool | None:
    text = case["vessel_imo"]
    if text is None:
        return None
    runs = "".join(c if c.isdigit() else " " for c in text).split()
    digits = next((run[:7] for run in runs if len(run) >= 7), None)
    return digits is None or sum(int(digits[i]) * (7 - i) for i in range(6)) % 10 != int(digits[6])


def _marks_differ(case: Case) -> bool | None:
    best = words.best(words.without_places(words.first_line(case["marks"] or "")))
    return both(differ(best and best[0], case.chapter), None if best is None else best[1] > 0.6)


def _rewritten(case: Case) -> bool | None:
    before, now = previous("goods_description")(case), case["goods_description"]
    return None if before is None or now is None else words.wording(before) != words.wording(now)


def _discharge_changed(case: Case) -> bool | None:
    if case.previous is None:
        return None
    country = differ(case.previous["destination_country"], case["destination_country"]) or False
    return either(differ(known(case.previous["port_of_discharge"]), known(case["port_of_discharge"])), country)


def _changed_after_loading(case: Case) -> bool | None:
    late = None if case["loaded_at"] is None else case["filed_at"] > case["loaded_at"]
    return both(late, bool(case.versions))


VALUES: dict[str, Claim] = {
    "versions_before": lambda c: max(len(c.versions), (c["version"] or 1) - 1),
    "consignee_switched": lambda c: differ(previous("consignee_key")(c), c["consignee_key"]),
    "discharge_changed": _discharge_changed,
    "delivery_changed": lambda c: differ(known(previous("place_of_delivery")(c)), known(c["place_of_delivery"])),
    "weight_changed": lambda c: size(logarithm(over(c["gross_weight_kg"], previous("gross_weight_kg")(c)))),
    "goods_rewritten": _rewritten,
    "changed_after_loading": _changed_after_loading,
    "fields_missing": missing(*OPTIONAL),
    "filed_before_arrival": lambda c: c.days("filed_at", "arrives_at"),
    "filed_after_loading": lambda c: c.days("loaded_at", "filed_at"),
    "arrival_before_holiday": lambda c: None if c.days_to_holiday is None else c.days_to_holiday <= 3,
    "marks_name_other_goods": _marks_differ,
    "vessel_missing": lambda c: c["vessel_name"] is None,
    "vessel_number_wrong": _imo_wrong,
    "voyage_missing": lambda c: c["voyage"] is None,
    "house_bill_given": lambda c: c["house_bill"] is not None,
}
