"""Claims: the value of every feature and of every field of a sentence, from a Case, one line each.

VALUES  feature -> what its column in the matrix ought to hold; None where the case does not say
FIELDS  {field} of a sentence -> what ought to stand there; several texts where more than one would be right
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, log1p, log10
from typing import Any

from riskscore.explanation_quality import tables, words
from riskscore.explanation_quality.case import FRONT, ILLICIT, Case
from riskscore.features.documents import OPTIONAL
from riskscore.parties.resolve import nobody

Claim = Callable[[Any], Any]
"""What a Case has to say; any of its figures may be missing, which the claims mind where they must."""


def _and(*parts: bool | None) -> bool | None:
    return False if False in parts else None if None in parts else True


def _or(*parts: bool | None) -> bool | None:
    return True if True in parts else None if None in parts else False


def _not(part: bool | None) -> bool | None:
    return None if part is None else not part


def _differ(a: Any, b: Any) -> bool | None:
    return None if a is None or b is None else bool(a != b)


def _same(a: Any, b: Any) -> bool | None:
    return _not(_differ(a, b))


def _over(a: float | None, b: float | None) -> float | None:
    return None if a is None or not b else a / b


def _log(value: float | None) -> float | None:
    return None if value is None or value <= 0 else log(value)


def _exp(value: float | None) -> float | None:
    return None if value is None else exp(value)


def _size(value: float | None) -> float | None:
    return None if value is None else abs(value)


def _above(value: float | None, limit: float) -> bool | None:
    return None if value is None else value > limit


def _beyond(value: float | None, limit: float) -> float | None:
    return None if value is None else max(abs(value) - limit, 0.0)


def _own(name: str) -> Claim:
    return lambda case: case[name]


def _inspected(profile: str) -> Claim:
    return lambda case: case.past[profile].inspected()


def _seized(profile: str) -> Claim:
    return lambda case: case.past[profile].seized()


def _log1p(value: float | None) -> float | None:
    return None if value is None else log1p(value)


def _times(*parts: float | bool | None) -> float | None:
    product = 1.0
    for part in parts:
        if part is None:
            return None
        product *= part
    return product


def _spreads(ratio: float | None, spread: float | None, floor: float) -> float | None:
    found = _log(ratio)
    return None if found is None or spread is None else found / (spread + floor)


def _trade_fit(case: Case) -> float | None:
    parts = [
        case.advantage("origin", "export", chapter=True),
        case.advantage("destination", "import", chapter=True),
        case.advantage("destination", "export", chapter=True),
    ]
    return None if None in parts else parts[0] + parts[1] - 0.5 * parts[2]  # type: ignore[operator]


def _price(case: Case) -> float | None:
    return _spreads(_over(case.price, case.usual("usd_per_kg")), case.usual("usd_spread"), 0.3)


def _said(name: str, how: str) -> Claim:
    def said(case: Case) -> bool | None:
        if case[name] is None:
            return None
        import polars as pl  # noqa: PLC0415

        return bool(nobody(pl.Series([case[name]]))[how].item())

    return said


def _address(name: str, kind: str) -> Claim:
    return lambda case: (
        None if case[name] is None else words.names_one(case[name], tables.terms("address_words", (kind,)))
    )


def _forwarder(name: str) -> Claim:
    return lambda case: None if case[name] is None else words.names_one(case[name], tables.terms("forwarder_words"))


def _checked(case: Case) -> bool | None:
    number = case["container_number"]
    if not _formed(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        return None
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [v for v in range(10, 39) if v % 11], strict=True))
    total = sum((letters[c] if c.isalpha() else int(c)) * 2**at for at, c in enumerate(number[:10]))
    return bool(total % 11 % 10 == int(number[10]))


def _formed(number: str, categories: str) -> bool:
    ascii_ = len(number) == 11 and number.isascii()
    return ascii_ and number[:4].isalpha() and number[:4].isupper() and number[3] in categories and number[4:].isdigit()


def _imo_wrong(case: Case) -> bool | None:
    text = case["vessel_imo"]
    if text is None:
        return None
    runs = "".join(c if c.isdigit() else " " for c in text).split()
    digits = next((run[:7] for run in runs if len(run) >= 7), None)
    return digits is None or sum(int(digits[i]) * (7 - i) for i in range(6)) % 10 != int(digits[6])


def _marks(case: Case) -> bool | None:
    told = words.best(case["marks"])
    return _and(_differ(told and told[0], case.chapter), None if told is None else told[1] > 0.6)


def _foreign(case: Case) -> bool | None:
    code = words.language(words.first_line(case["goods_description"] or ""))
    spoken = " ".join(
        tables.languages().get(place or "", "en") if place else "en"
        for place in (case.origin, case.loading, case.destination)
    )
    return code is not None and code not in spoken


def _count(profile: str, days: int | None = None) -> Claim:
    return lambda case: case.past[profile].count(days)


def _rate(profile: str) -> Claim:
    """Known where anything was inspected; the rate itself stands in no sentence."""
    return lambda case: (
        (case.past[profile].seized() or 0) / (case.past[profile].inspected() or 1)
        if case.past[profile].inspected()
        else None
    )


def _share(profile: str, parent: str) -> Claim:
    def share(case: Case) -> float | None:
        part, whole = case.past[profile].count(), case.past[parent].count()
        return None if part is None or not whole else part / whole

    return share


def _at_sea(case: Case) -> float | None:
    days = case.days("loaded_at", "arrives_at")
    usual = case.sailing_days
    return days / usual if days is not None and usual is not None and usual > 0.5 and days > 0 else None


def _again(case: Case) -> float | None:
    since, sailing = case.past["container"].since(max), case.sailing_days
    return None if since is None or sailing is None else min(since / (sailing + 1), 50.0)


def _was(name: str) -> Claim:
    return lambda case: None if case.was is None else case.was[name]


def _rewritten(case: Case) -> bool | None:
    before, now = _was("goods_description")(case), case["goods_description"]
    return None if before is None or now is None else words.wording(before) != words.wording(now)


def _malformed_seal(case: Case) -> bool | None:
    seals = case["seal_numbers"]
    return None if seals is None else any(len(seal) < 4 or not seal.strip("0") for seal in seals if seal is not None)


def _old_but_never(profile: str) -> Claim:
    return lambda case: _and(
        None if case.past["consignee"].count() is None else case.past["consignee"].count() >= 10,
        _same(_share(profile, "consignee")(case), 0.0),
    )


def _unfit(case: Case) -> bool | None:
    fitting = tables.packages(case.chapter) if case.chapter else set[str]()
    return None if not fitting or case["package_type"] is None else case["package_type"] not in fitting


def _set_point(case: Case) -> bool | None:
    degrees, reefer = case["temperature_c"], case.usual("reefer")
    if degrees is None:
        return None
    return _or(
        _and(degrees <= 12, None if reefer is None else reefer == 0), _differ(case.box and case.box[0], "reefer")
    )


def _reefer(case: Case, *, goods: bool, box: bool) -> bool | None:
    wanted, kind = case.usual("reefer"), case.box and case.box[0]
    return _and(None if wanted is None else (wanted > 0) == goods, None if kind is None else (kind == "reefer") == box)


def _missing(*names: str) -> Claim:
    return lambda case: sum(case[name] is None for name in names)


def _seal_others(case: Case) -> int | None:
    seals = [seal.strip().upper() for seal in case["seal_numbers"] or [] if seal is not None]
    return max((case.seals[seal] for seal in seals), default=None)


def _diverted(case: Case) -> bool | None:
    if case.was is None:
        return None
    land = _differ(case.was["destination_country"], case["destination_country"]) or False
    return _or(_differ(case.was["port_of_discharge"], case["port_of_discharge"]), land)


def _past_loading(case: Case) -> bool | None:
    late = None if case["loaded_at"] is None else case["filed_at"] > case["loaded_at"]
    return _and(late, bool(case.versions))


def _bulk(case: Case, column: str, of: int) -> float | None:
    return None if case[column] is None or case.box is None else case[column] / case.box[of]


def _freight(case: Case, worth: float | None) -> float | None:
    ratio = _over(case.positive("freight_charge"), worth)
    return None if ratio is None else min(ratio, 20.0)


VALUES: dict[str, Claim] = {
    # goods
    "description_vague": lambda c: words.names_one(c["goods_description"], tables.terms("stop_words")),
    "description_words": lambda c: len(words.words(words.first_line(c["goods_description"]))),
    "description_unread": lambda c: c.said is None,
    "description_language_unusual": _foreign,
    "hs_missing": lambda c: c["hs2"] is None,
    "hs_text_agreement": lambda c: c.agreement,
    "hs_text_conflict": lambda c: None if c.agreement is None or c.said is None else c.said[1] - c.agreement,
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
    "lane_goods_share": _share("lane_hs2", "lane"),
    "origin_goods_seizure_rate": _rate("hs6_origin"),
    "origin_goods_before": lambda c: _log1p(c.past["hs6_origin"].count()),
    "front_goods_new_trader": lambda c: c["hs4"] in FRONT and (c.past["consignee"].count() or 0) < 3,
    "chapters_in_box": lambda c: None if c["hs_codes"] is None else len({code[:2] for code in c["hs_codes"]}),
    # routing
    "wildlife_source": lambda c: c.source,
    "wildlife_hub": lambda c: max(c.hub or 0.0, tables.strength("wildlife", "hub", c.discharge)),
    "transhipment_hub_strength": lambda c: c.hub,
    "wildlife_market": lambda c: c.market,
    "source_to_market": lambda c: c.source * max(c.market, tables.strength("wildlife", "hub", c.discharge)),
    "source_hub_market": lambda c: c.source * (c.hub or 0.0) * c.market,
    "hub_to_market": lambda c: tables.strength("wildlife", "hub", c.loading) * c.market,
    "narcotics_source": lambda c: c.narcotics[0],
    "narcotics_route": lambda c: c.narcotics[0] * c.narcotics[1],
    "illicit_goods_route": lambda c: max(c.way(kind) for kind in ILLICIT),
    "transhipments": lambda c: None if c["transhipment_ports"] is None else len(c["transhipment_ports"]),
    "detour_ratio": lambda c: _over(c.sailed_km, c.direct_km) if c.direct_km and c.direct_km > 50 else None,
    "detour_km": lambda c: None if c.sailed_km is None or c.direct_km is None else c.sailed_km - c.direct_km,
    "direct_km": lambda c: c.direct_km,
    "route_returns": lambda c: len(c.stops) - len(set(c.stops)) + len(c.entered) - len(set(c.entered)),
    "origin_not_loading": lambda c: _and(
        _differ(c["origin_country"], c.loading), not tables.countries().get(c.origin, ("", False))[1]
    ),
    "stopover_in_destination": lambda c: len(c.entered) > len(set(c.entered)),
    "discharge_not_destination": lambda c: _differ(c.discharge, c.destination),
    "delivery_abroad": lambda c: _differ(c.delivery, c.discharge),
    "destination_landlocked": lambda c: tables.countries().get(c.destination, (None, None))[1],
    "destination_volume": lambda c: log10(tables.imports_teu().get(c.destination, 0.0) + 0.1),
    "days_at_sea_unusual": _at_sea,
    "arrival_missing": lambda c: c["arrives_at"] is None,
    "receipt_inland": lambda c: _differ(c["place_of_receipt"], c["port_of_loading"]),
    "receipt_abroad": lambda c: _differ(tables.country_of(c["place_of_receipt"]), c.loading),
    "port_unknown": lambda c: any(port not in tables.ports() for port in c.stops),
    "lane_before": lambda c: _log1p(c.past["lane"].count()),
    "lane_last_90": lambda c: _log1p(c.past["lane"].count(90)),
    "lane_seizure_rate": _rate("lane"),
    "origin_destination_seizure_rate": _rate("origin_destination"),
    "origin_destination_before": lambda c: _log1p(c.past["origin_destination"].count()),
    # parties
    "consignee_before": lambda c: _log1p(c.past["consignee"].count()),
    "consignee_last_365": lambda c: _log1p(c.past["consignee"].count(365)),
    "consignee_days_since_first": lambda c: c.past["consignee"].since(min),
    "consignee_days_since_last": lambda c: c.past["consignee"].since(max),
    "consignee_surge": lambda c: (
        None
        if c.past["consignee"].count() is None
        else log1p(c.past["consignee"].count(30) / ((c.past["consignee"].count(365) + 1) / 12))
    ),
    "consignee_seizure_rate": _rate("consignee"),
    "consignee_seized": lambda c: c.past["consignee"].seized(),
    "consignee_inspected_clean": lambda c: (
        None
        if c.past["consignee"].inspected() is None
        else log1p(c.past["consignee"].inspected() - c.past["consignee"].seized())
    ),
    "consignee_chapters": lambda c: c.past["consignee"].chapters(),
    "consignee_chapters_per_consignment": lambda c: _over(c.past["consignee"].chapters(), c.past["consignee"].count()),
    "consignee_goods_share": _share("consignee_hs2", "consignee"),
    "consignee_lane_share": _share("consignee_lane", "consignee"),
    "consignee_origin_share": _share("consignee_origin", "consignee"),
    "consignee_shipper_share": _share("consignee_shipper", "consignee"),
    "consignee_shipper_before": lambda c: _log1p(c.past["consignee_shipper"].count()),
    "new_goods_for_old_consignee": _old_but_never("consignee_hs2"),
    "new_origin_for_old_consignee": _old_but_never("consignee_origin"),
    "shipper_before": lambda c: _log1p(c.past["shipper"].count()),
    "shipper_days_since_first": lambda c: c.past["shipper"].since(min),
    "shipper_days_since_last": lambda c: c.past["shipper"].since(max),
    "shipper_seizure_rate": _rate("shipper"),
    "shipper_goods_share": _share("shipper_hs2", "shipper"),
    "notify_before": lambda c: _log1p(c.past["notify"].count()),
    "forwarder_before": lambda c: _log1p(c.past["forwarder"].count()),
    "forwarder_seizure_rate": _rate("forwarder"),
    "parties_both_new": lambda c: not c.past["consignee"].count() and not c.past["shipper"].count(),
    "consignee_is_forwarder": _forwarder("consignee_name"),
    "consignee_is_the_forwarder": lambda c: _same(c["consignee_key"], c["forwarder_id"]),
    "shipper_is_forwarder": _forwarder("shipper_name"),
    "bill_to_order": lambda c: c["bill_type"] == "to_order" or bool(_said("consignee_name", "to_order")(c)),
    "party_placeholder": lambda c: sum(
        bool(_said(f"{side}_name", "placeholder")(c)) for side in ("shipper", "consignee", "notify")
    ),
    "parties_missing": _missing("shipper_name", "consignee_name", "notify_name", "forwarder_name"),
    "shipper_is_consignee": lambda c: _same(c["shipper_id"], c["consignee_key"]),
    "consignee_po_box": _address("consignee_address", "po_box"),
    "consignee_residential": _address("consignee_address", "residential"),
    "shipper_po_box": _address("shipper_address", "po_box"),
    "addresses_missing": _missing("shipper_address", "consignee_address"),
    "consignee_abroad": lambda c: _differ(c["consignee_country"], c.destination),
    "shipper_abroad": lambda c: _and(_differ(c["shipper_country"], c.origin), _differ(c["shipper_country"], c.loading)),
    # cargo
    "package_weight_deviation": lambda c: _size(
        _spreads(_over(c.per("gross_weight_kg", "package_count"), c.usual("kg_per_package")), c.usual("kg_spread"), 0.2)
    ),
    "package_weight": lambda c: _log(_over(c.per("gross_weight_kg", "package_count"), c.usual("kg_per_package"))),
    "packages": lambda c: _log1p(c["package_count"]),
    "load_share": lambda c: _bulk(c, "gross_weight_kg", 1),
    "overloaded": lambda c: _above(_bulk(c, "gross_weight_kg", 1), 1.02),
    "density_deviation": lambda c: _size(_log(_over(c.per("gross_weight_kg", "volume_m3"), c.usual("stowage_kg_m3")))),
    "volume_share": lambda c: _bulk(c, "volume_m3", 2),
    "weight_round": lambda c: (
        None if c["gross_weight_kg"] is None else c["gross_weight_kg"] > 0 and c["gross_weight_kg"] % 1000 == 0
    ),
    "weight_missing": lambda c: c["gross_weight_kg"] is None,
    "weight_against_consignee": lambda c: (
        None
        if c.positive("gross_weight_kg") is None or c.past["consignee"].usual_weight() is None
        else log(c["gross_weight_kg"]) - c.past["consignee"].usual_weight()
    ),
    "price_deviation": _price,
    "price_outside_band": lambda c: _beyond(_price(c), 2.0),
    "value_missing": lambda c: c["declared_value"] is None,
    "freight_to_value": lambda c: _freight(c, c.value_usd),
    "freight_to_usual_value": lambda c: _freight(c, _times(c.positive("gross_weight_kg"), c.usual("usd_per_kg"))),
    "freight_collect": lambda c: _same(c["freight_terms"], "collect"),
    "package_type_unfit": _unfit,
    "package_type_missing": lambda c: c["package_type"] is None,
    "cold_goods_in_dry_box": lambda c: _reefer(c, goods=True, box=False),
    "dry_goods_in_reefer": lambda c: _reefer(c, goods=False, box=True),
    "set_point_unfit": _set_point,
    # documents
    "versions_before": lambda c: max(len(c.versions), (c["version"] or 1) - 1),
    "consignee_switched": lambda c: _differ(_was("consignee_key")(c), c["consignee_key"]),
    "discharge_changed": _diverted,
    "delivery_changed": lambda c: _differ(_was("place_of_delivery")(c), c["place_of_delivery"]),
    "weight_changed": lambda c: _size(_log(_over(c["gross_weight_kg"], _was("gross_weight_kg")(c)))),
    "goods_rewritten": _rewritten,
    "changed_after_loading": _past_loading,
    "fields_missing": _missing(*OPTIONAL),
    "filed_before_arrival": lambda c: c.days("filed_at", "arrives_at"),
    "filed_after_loading": lambda c: c.days("loaded_at", "filed_at"),
    "arrival_before_holiday": lambda c: None if c.days_to_holiday is None else c.days_to_holiday <= 3,
    "marks_name_other_goods": _marks,
    "vessel_missing": lambda c: c["vessel_name"] is None,
    "vessel_number_wrong": _imo_wrong,
    "voyage_missing": lambda c: c["voyage"] is None,
    "house_bill_given": lambda c: c["house_bill"] is not None,
    # container
    "check_digit_wrong": lambda c: _not(_checked(c)),
    "number_malformed": lambda c: not _formed(c["container_number"], "UJZ"),
    "container_seized": lambda c: c.past["container"].seized(),
    "container_before": lambda c: _log1p(c.past["container"].count()),
    "container_back_too_soon": _again,
    "seal_missing": lambda c: not c["seal_numbers"],
    "seal_malformed": _malformed_seal,
    "seal_repeated": _seal_others,
    "box_type_missing": lambda c: c["container_type"] is None,
    # voyage
    "split_bills": lambda c: c.others("bill_of_lading", "consignee_key", "shipper_id", "hs4"),
    "consignee_bills_on_voyage": lambda c: c.others("bill_of_lading", "consignee_key"),
    "twin_weights": lambda c: c.others("bill_of_lading", "gross_weight_kg", "shipper_id"),
    "address_shared": lambda c: None if c["consignee_key"] is None else c.others("consignee_key", "consignee_address"),
    "notify_shared": lambda c: None if c["consignee_key"] is None else c.others("consignee_key", "notify_id"),
    "containers_on_bill": lambda c: c.others("container_number", "bill_of_lading"),
}


def _place(code: str | None) -> Any:
    return f"{tables.ports()[code][0]} ({code})" if code in tables.ports() else code


def _land(code: str | None) -> Any:
    return tables.countries()[code][0] if code in tables.countries() else code


def _strongest(kind: str, role: str, *places: str | None) -> Any:
    """The countries that are strongest in a role, any of which may be named."""
    most = max(tables.strength(kind, role, place) for place in places)
    return {_land(place) for place in places if place and tables.strength(kind, role, place) == most}


def _far(case: Case) -> Any:
    hub, market = tables.strength("wildlife", "hub", case.discharge), case.market
    markets = _strongest("wildlife", "market", case.destination, case.discharge, case.delivery)
    return {_land(case.discharge)} if hub > market else markets


def _narcotics_far(case: Case) -> Any:
    hub = tables.strength("narcotics", "hub", case.discharge)
    return _land(case.discharge if hub > tables.strength("narcotics", "market", case.destination) else case.destination)


def _illicit(case: Case) -> Any:
    texts = ("cigarette smuggling", "counterfeit goods", "illegal waste", "arms trafficking", "drug precursors")
    most = max(case.way(kind) for kind in ILLICIT)
    return {text for kind, text in zip(ILLICIT, texts, strict=True) if case.way(kind) == most}


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


FIELDS: dict[str, Claim] = {
    **{name: _own(name) for name in (
        "hs4", "hs6", "consignee_name", "shipper_name", "notify_name", "forwarder_name", "consignee_address",
        "shipper_address", "package_count", "gross_weight_kg", "volume_m3", "package_type", "container_type",
        "temperature_c", "marks", "vessel_imo", "house_bill", "container_number",
    )},
    **{f"{name}_before": _count(name) for name in (
        "hs6_origin", "consignee", "lane", "origin_destination", "consignee_shipper", "shipper", "notify",
        "forwarder", "container",
    )},
    **{f"{name}_inspected": _inspected(name) for name in (
        "hs6_origin", "lane", "origin_destination", "consignee", "shipper", "forwarder",
    )},
    **{f"{name}_seized": _seized(name) for name in (
        "hs6_origin", "lane", "origin_destination", "consignee", "shipper", "forwarder",
    )},
    "consignee_last_365": _count("consignee", 365),
    "consignee_last_30": _count("consignee", 30),
    "lane_last_90": _count("lane", 90),
    "consignee_chapters": lambda c: c.past["consignee"].chapters(),
    "container_days_since_last": lambda c: c.past["container"].since(max),
    "goods": lambda c: _cut(c["goods_description"], 70),
    "was_goods": lambda c: _cut(_was("goods_description")(c), 70),
    "was_gross_weight_kg": _was("gross_weight_kg"),
    "was_port_of_discharge": lambda c: _place(_was("port_of_discharge")(c)),
    "was_place_of_delivery": lambda c: _place(_was("place_of_delivery")(c)),
    "language": lambda c: words.language(words.first_line(c["goods_description"])),
    "origin_name": lambda c: _land(c.origin),
    "destination_name": lambda c: _land(c.destination),
    "consignee_country": lambda c: _land(c["consignee_country"]),
    "shipper_country": lambda c: _land(c["shipper_country"]),
    "hs_code": lambda c: (c["hs_codes"] or [None])[0],
    "chapter": lambda c: c.chapter,
    "chapter_best": lambda c: c.said and c.said[0],
    "source_name": lambda c: _strongest("wildlife", "source", c.origin, c.loading),
    "market_name": lambda c: _strongest("wildlife", "market", c.destination, c.discharge, c.delivery),
    "far_name": _far,
    "narcotics_name": lambda c: _strongest("narcotics", "source", c.origin, c.loading),
    "narcotics_far_name": _narcotics_far,
    "illicit_kind": _illicit,
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
    "destination_teu": lambda c: tables.imports_teu().get(c.destination, 0.0),
    "consignee": lambda c: c["consignee_name"] or (c["consignee_id"] and f"consignee number {c['consignee_id']}"),
    "package_kg": lambda c: c.per("gross_weight_kg", "package_count"),
    "density": lambda c: c.per("gross_weight_kg", "volume_m3"),
    "price": lambda c: c.price,
    "payload_kg": lambda c: c.box and c.box[1],
    "usual_usd_per_kg": lambda c: c.usual("usd_per_kg"),
    "usual_kg_per_package": lambda c: c.usual("kg_per_package"),
    "usual_stowage_kg_m3": lambda c: c.usual("stowage_kg_m3"),
    "weight_ratio": lambda c: _exp(VALUES["weight_against_consignee"](c)),
    "version_number": _version,
    "filed_to_arrival": lambda c: _gap(_minutes(c, "filed_at", "arrives_at"), "arrival"),
    "loading_to_filed": lambda c: _gap(_minutes(c, "filed_at", "loaded_at"), "loading"),
    "days_to_holiday": lambda c: c.days_to_holiday,
    "seals": lambda c: None if c["seal_numbers"] is None else _joined(c["seal_numbers"]),
}  # fmt: skip


def _cut(text: str | None, most: int) -> str | None:
    if text is None:
        return None
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 3].rstrip() + "..."
