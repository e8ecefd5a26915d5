"""Claims for features/voyage.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from riskscore.explanation_quality.claims.shared import Claim

VALUES: dict[str, Claim] = {
    "split_bills": lambda c: c.others("bill_of_lading", "consignee_key", "shipper_id", "hs4"),
    "consignee_bills_on_voyage": lambda c: c.others("bill_of_lading", "consignee_key"),
    "twin_weights": lambda c: c.others("bill_of_lading", "gross_weight_kg", "shipper_id"),
    "address_shared": lambda c: None if c["consignee_key"] is None else c.others("consignee_key", "consignee_address"),
    "notify_shared": lambda c: None if c["consignee_key"] is None else c.others("consignee_key", "notify_id"),
    "containers_on_bill": lambda c: c.others("container_number", "bill_of_lading"),
}
