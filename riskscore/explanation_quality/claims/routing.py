"""Claims for features/routing.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from math import log10

from riskscore.explanation_quality import tables
from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims.logic import both, differ, log_plus_one, over
from riskscore.explanation_quality.claims.shared import Claim, rate


def _days_at_sea(case: Case) -> float | None:
    days = case.days("loaded_at", "arrives_at")
    usual = case.sailing_days
    return days / usual if days is not None and usual is not None and usual > 0.5 and days > 0 else None


def _is_direct(case: Case) -> bool:
    return len(case.stops) <= 2 and len(case.known_stops) < len(case.stops)


def _detour_ratio(case: Case) -> float | None:
    return over(case.sailed_km, case.direct_km) if case.direct_km and case.direct_km > 50 else None


def _detour_km(case: Case) -> float | None:
    return None if case.sailed_km is None or case.direct_km is None else case.sailed_km - case.direct_km


VALUES: dict[str, Claim] = {
    "wildlife_source": lambda c: c.source,
    "wildlife_hub": lambda c: max(c.hub or 0.0, tables.strength("wildlife", "hub", c.discharge)),
    "transhipment_hub_strength": lambda c: c.hub,
    "wildlife_market": lambda c: c.market,
    "source_to_market": lambda c: c.source * max(c.market, tables.strength("wildlife", "hub", c.discharge)),
    "source_hub_market": lambda c: c.source * (c.hub or 0.0) * c.market,
    "hub_to_market": lambda c: tables.strength("wildlife", "hub", c.loading) * c.market,
    "narcotics_source": lambda c: c.narcotics[0],
    "narcotics_route": lambda c: c.narcotics[0] * c.narcotics[1],
    "transhipments": lambda c: None if c["transhipment_ports"] is None else len(c["transhipment_ports"]),
    "detour_ratio": lambda c: 1.0 if _is_direct(c) else _detour_ratio(c),
    "detour_km": lambda c: 0.0 if _is_direct(c) else _detour_km(c),
    "direct_km": lambda c: c.direct_km,
    "route_returns": lambda c: len(c.known_stops) - len(set(c.known_stops)) + len(c.entered) - len(set(c.entered)),
    "origin_not_loading": lambda c: both(
        differ(c["origin_country"], c.loading), not tables.countries().get(c.origin, ("", False))[1]
    ),
    "stopover_in_destination": lambda c: len(c.entered) > len(set(c.entered)),
    "discharge_not_destination": lambda c: differ(c.discharge, c.destination),
    "delivery_abroad": lambda c: differ(c.delivery, c.discharge),
    "destination_landlocked": lambda c: tables.countries().get(c.destination, (None, None))[1],
    "destination_volume": lambda c: log10(tables.imports_teu().get(c.destination, 0.0) + 0.1),
    "days_at_sea_unusual": _days_at_sea,
    "arrival_missing": lambda c: c["arrives_at"] is None,
    "receipt_inland": lambda c: differ(tables.known(c["place_of_receipt"]), tables.known(c["port_of_loading"])),
    "receipt_abroad": lambda c: differ(tables.country_of(c["place_of_receipt"]), c.loading),
    "port_unknown": lambda c: any(port not in tables.ports() for port in c.stops),
    "lane_before": lambda c: log_plus_one(c.past["lane"].count()),
    "lane_last_90": lambda c: log_plus_one(c.past["lane"].count(90)),
    "lane_seizure_rate": rate("lane"),
    "origin_destination_seizure_rate": rate("origin_destination"),
    "origin_destination_before": lambda c: log_plus_one(c.past["origin_destination"].count()),
}
