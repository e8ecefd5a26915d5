"""Fields of sentences: the right value of each {field}; a set where more than one value is right."""

from __future__ import annotations

from typing import Any

from riskscore.explanation_quality import tables, words
from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims import contraband
from riskscore.explanation_quality.claims.logic import exponential
from riskscore.explanation_quality.claims.shared import Claim, as_filed, count, inspected, previous, seized
from riskscore.explanation_quality.claims.values import VALUES


def _place(code: str | None) -> Any:
    return f"{tables.ports()[code][0]} ({code})" if code in tables.ports() else _country(code)


def _country(code: str | None) -> Any:
    return tables.countries()[code][0] if code in tables.countries() else code


def _strongest(kind: str, role: str, *places: str | None) -> Any:
    """The strongest countries in a role, any of which may be named."""
    most = max(tables.strength(kind, role, place) for place in places)
    return {_country(place) for place in places if place and tables.strength(kind, role, place) == most}


def _far_end(case: Case) -> Any:
    hub, market = tables.strength("wildlife", "hub", case.discharge), case.market
    markets = _strongest("wildlife", "market", case.destination, case.discharge, case.delivery)
    return {_country(case.discharge)} if hub > market else markets


def _narcotics_far_end(case: Case) -> Any:
    hub = tables.strength("narcotics", "hub", case.discharge)
    return _country(
        case.discharge if hub > tables.strength("narcotics", "market", case.destination) else case.destination
    )


def _gap(minutes: float | None, event: str) -> str | None:
    if minutes is None:
        return None
    days = round(abs(minutes) / 1440 + 1e-9, 1)
    if days == 0:
        return f"within an hour or so of {event}"
    return f"{days:g} day{'' if days == 1 else 's'} {'before' if minutes > 0 else 'after'} {event}"


def _minutes(case: Case, start: str, end: str) -> float | None:
    return None if case[start] is None or case[end] is None else int((case[end] - case[start]).total_seconds() / 60)


def _joined(values: Any) -> str:
    return ", ".join(value for value in values or [] if value is not None)


def _version(case: Case) -> int:
    return max(len(case.versions) + 1, case["version"] or 1)


def _cut(text: str | None, most: int) -> str | None:
    if text is None:
        return None
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 3].rstrip() + "..."


FIELDS: dict[str, Claim] = {
    **{name: as_filed(name) for name in (
        "hs4", "hs6", "consignee_name", "shipper_name", "notify_name", "forwarder_name", "consignee_address",
        "shipper_address", "package_count", "gross_weight_kg", "volume_m3", "package_type", "container_type",
        "temperature_c", "marks", "vessel_imo", "house_bill", "container_number",
    )},
    **{f"{name}_before": count(name) for name in (
        "hs6_origin", "consignee", "lane", "origin_destination", "consignee_shipper", "shipper", "notify",
        "forwarder", "container",
    )},
    **{f"{name}_inspected": inspected(name) for name in (
        "hs6_origin", "lane", "origin_destination", "consignee", "shipper", "forwarder",
    )},
    **{f"{name}_seized": seized(name) for name in (
        "hs6_origin", "lane", "origin_destination", "consignee", "shipper", "forwarder",
    )},
    "consignee_last_365": count("consignee", 365),
    "consignee_last_30": count("consignee", 30),
    "lane_last_90": count("lane", 90),
    "consignee_chapters": lambda c: c.past["consignee"].chapters(),
    "container_days_since_last": lambda c: c.past["container"].since(max),
    "goods": lambda c: _cut(c["goods_description"], 70),
    "was_goods": lambda c: _cut(previous("goods_description")(c), 70),
    "was_gross_weight_kg": previous("gross_weight_kg"),
    "was_port_of_discharge": lambda c: _place(previous("port_of_discharge")(c)),
    "was_place_of_delivery": lambda c: _place(previous("place_of_delivery")(c)),
    "language": lambda c: words.language(words.first_line(c["goods_description"])),
    "origin_name": lambda c: _country(c.origin),
    "destination_name": lambda c: _country(c.destination),
    "consignee_country": lambda c: _country(c["consignee_country"]),
    "shipper_country": lambda c: _country(c["shipper_country"]),
    "hs_code": lambda c: (c["hs_codes"] or [None])[0],
    "chapter": lambda c: c.chapter,
    "chapter_best": lambda c: c.described and c.described[0],
    "source_name": lambda c: _strongest("wildlife", "source", c.origin, c.loading),
    "market_name": lambda c: _strongest("wildlife", "market", c.destination, c.discharge, c.delivery),
    "far_name": _far_end,
    "narcotics_name": lambda c: _strongest("narcotics", "source", c.origin, c.loading),
    "narcotics_far_name": _narcotics_far_end,
    **contraband.FIELDS,
    "cover_kind": lambda c: c.cover_kind and c.cover_kind.replace("_", " "),
    "lane": lambda c: f"{c['port_of_loading']}-{c['port_of_discharge']}",
    "route": lambda c: " - ".join(_place(port) for port in c.stops),
    "hubs": lambda c: None if c["transhipment_ports"] is None else _joined(_place(port) for port in c.hubs),
    "loading_name": lambda c: _place(c["port_of_loading"]),
    "discharge_name": lambda c: _place(c["port_of_discharge"]),
    "place_of_delivery": lambda c: _place(c["place_of_delivery"]),
    "place_of_receipt": lambda c: _place(c["place_of_receipt"]),
    "sailed_km": lambda c: c.sailed_km,
    "direct_km": lambda c: c.direct_km,
    "origin_import_2_share": lambda c: tables.trade_share(c.origin, "import", c.chapter),
    "destination_export_4_share": lambda c: tables.trade_share(c.destination, "export", c["hs4"]),
    "destination_export_2_share": lambda c: tables.trade_share(c.destination, "export", c.chapter),
    "destination_teu": lambda c: tables.imports_teu().get(c.destination, 0.0),
    "consignee": lambda c: c["consignee_name"] or (c["consignee_id"] and f"consignee number {c['consignee_id']}"),
    "package_kg": lambda c: c.per("gross_weight_kg", "package_count"),
    "density": lambda c: c.per("gross_weight_kg", "volume_m3"),
    "price": lambda c: c.price,
    "payload_kg": lambda c: c.box and c.box[1],
    "usual_usd_per_kg": lambda c: c.usual("usd_per_kg"),
    "usual_kg_per_package": lambda c: c.usual("kg_per_package"),
    "usual_stowage_kg_m3": lambda c: c.usual("stowage_kg_m3"),
    "weight_ratio": lambda c: exponential(VALUES["weight_against_consignee"](c)),
    "version_number": _version,
    "filed_to_arrival": lambda c: _gap(_minutes(c, "filed_at", "arrives_at"), "arrival"),
    "loading_to_filed": lambda c: _gap(_minutes(c, "filed_at", "loaded_at"), "loading"),
    "days_to_holiday": lambda c: c.days_to_holiday,
    "seals": lambda c: None if c["seal_numbers"] is None else _joined(c["seal_numbers"]),
}  # fmt: skip
