"""Claims for features/parties.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from math import log1p

from riskscore.explanation_quality import tables, words
from riskscore.explanation_quality.claims.logic import both, differ, log_plus_one, over, same
from riskscore.explanation_quality.claims.shared import Claim, missing, name_kind, rate, share


def _address(name: str, kind: str) -> Claim:
    return lambda case: (
        None if case[name] is None else words.names_one(case[name], tables.terms("address_words", (kind,)))
    )


def _forwarder(name: str) -> Claim:
    return lambda case: None if case[name] is None else words.names_one(case[name], tables.terms("forwarder_words"))


def _new_for_old_consignee(profile: str) -> Claim:
    return lambda case: both(
        None if case.past["consignee"].count() is None else case.past["consignee"].count() >= 10,
        same(share(profile, "consignee")(case), 0.0),
    )


VALUES: dict[str, Claim] = {
    "consignee_before": lambda c: log_plus_one(c.past["consignee"].count()),
    "consignee_last_365": lambda c: log_plus_one(c.past["consignee"].count(365)),
    "consignee_days_since_first": lambda c: c.past["consignee"].since(min),
    "consignee_days_since_last": lambda c: c.past["consignee"].since(max),
    "consignee_surge": lambda c: (
        None
        if c.past["consignee"].count() is None
        else log1p(c.past["consignee"].count(30) / ((c.past["consignee"].count(365) + 1) / 12))
    ),
    "consignee_seizure_rate": rate("consignee"),
    "consignee_seized": lambda c: c.past["consignee"].seized(),
    "consignee_inspected_clean": lambda c: (
        None
        if c.past["consignee"].inspected() is None
        else log1p(c.past["consignee"].inspected() - c.past["consignee"].seized())
    ),
    "consignee_chapters": lambda c: c.past["consignee"].chapters(),
    "consignee_chapters_per_consignment": lambda c: over(c.past["consignee"].chapters(), c.past["consignee"].count()),
    "consignee_goods_share": share("consignee_hs2", "consignee"),
    "consignee_lane_share": share("consignee_lane", "consignee"),
    "consignee_origin_share": share("consignee_origin", "consignee"),
    "consignee_shipper_share": share("consignee_shipper", "consignee"),
    "consignee_shipper_before": lambda c: log_plus_one(c.past["consignee_shipper"].count()),
    "new_goods_for_old_consignee": _new_for_old_consignee("consignee_hs2"),
    "new_origin_for_old_consignee": _new_for_old_consignee("consignee_origin"),
    "shipper_before": lambda c: log_plus_one(c.past["shipper"].count()),
    "shipper_days_since_first": lambda c: c.past["shipper"].since(min),
    "shipper_days_since_last": lambda c: c.past["shipper"].since(max),
    "shipper_seizure_rate": rate("shipper"),
    "shipper_goods_share": share("shipper_hs2", "shipper"),
    "notify_before": lambda c: log_plus_one(c.past["notify"].count()),
    "forwarder_before": lambda c: log_plus_one(c.past["forwarder"].count()),
    "forwarder_seizure_rate": rate("forwarder"),
    "parties_both_new": lambda c: not c.past["consignee"].count() and not c.past["shipper"].count(),
    "consignee_is_forwarder": _forwarder("consignee_name"),
    "consignee_is_the_forwarder": lambda c: same(c["consignee_key"], c["forwarder_id"]),
    "shipper_is_forwarder": _forwarder("shipper_name"),
    "bill_to_order": lambda c: c["bill_type"] == "to_order" or bool(name_kind("consignee_name", "to_order")(c)),
    "party_placeholder": lambda c: sum(
        bool(name_kind(f"{side}_name", "placeholder")(c)) for side in ("shipper", "consignee", "notify")
    ),
    "parties_missing": missing("shipper_name", "consignee_name", "notify_name", "forwarder_name"),
    "shipper_is_consignee": lambda c: same(c["shipper_id"], c["consignee_key"]),
    "consignee_po_box": _address("consignee_address", "po_box"),
    "consignee_residential": _address("consignee_address", "residential"),
    "shipper_po_box": _address("shipper_address", "po_box"),
    "addresses_missing": missing("shipper_address", "consignee_address"),
    "consignee_abroad": lambda c: differ(c["consignee_country"], c.destination),
    "shipper_abroad": lambda c: both(differ(c["shipper_country"], c.origin), differ(c["shipper_country"], c.loading)),
}
