"""Case: one consignment in plain Python, with everything that a sentence may claim of it, each computed when asked for.

    row of the manifest ─┐
    version before ──────┼─▶ Case ─▶ claims.py: what each feature's value is, and what each field of a sentence says
    the past, the ship ──┘

Only reference tables, the resolution of parties and the words of the catalogue are shared with the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from riskscore.explanation_quality import tables, words
from riskscore.explanation_quality.recount import Before

COVER_WASTE = ("scrap", "plastic_waste", "paper_waste", "used_goods")
KNOTS_14_KM_A_DAY = 14 * 1.852 * 24

WASTE = (
    "2618 2619 2620 2621 3825 3915 4004 4115 4707 5202 5505 6309 6310 7001 7204 7404 7503 7602 7802 7902 8002 8548 8549"
)
FRONT = ("0901", "0902", "2101")
ILLICIT = ("cigarettes", "counterfeits", "waste", "weapons", "precursors")


@dataclass
class Case:
    """One consignment: its `row` as `past.plain` gives it, its earlier versions, its past, and the day's other rows."""

    row: Mapping[str, Any]
    versions: Sequence[Mapping[str, Any]]
    past: Mapping[str, Before]
    voyage: Sequence[Mapping[str, Any]]
    seals: Mapping[str, int]

    def __getitem__(self, name: str) -> Any:
        return self.row[name]

    @cached_property
    def was(self) -> Mapping[str, Any] | None:
        """The version before."""
        return self.versions[-1] if self.versions else None

    # Places

    @cached_property
    def loading(self) -> str | None:
        """Country of the port of loading."""
        return tables.country_of(self["port_of_loading"])

    @cached_property
    def discharge(self) -> str | None:
        """Country of the port of discharge."""
        return tables.country_of(self["port_of_discharge"])

    @cached_property
    def delivery(self) -> str | None:
        """Country of the place of delivery."""
        return tables.country_of(self["place_of_delivery"])

    @cached_property
    def origin(self) -> str | None:
        """Declared country of origin, else that of loading."""
        return self["origin_country"] or self.loading

    @cached_property
    def destination(self) -> str | None:
        """Declared country of destination, else that of delivery or discharge."""
        return self["destination_country"] or self.delivery or self.discharge

    @cached_property
    def hubs(self) -> list[str]:
        """Ports between loading and discharge, as stated."""
        return [port for port in self["transhipment_ports"] or [] if port is not None]

    @cached_property
    def stops(self) -> list[str]:
        """Every port of the way, in order."""
        every = [self["port_of_loading"], *self.hubs, self["port_of_discharge"]]
        return [port for port in every if port is not None]

    @cached_property
    def direct_km(self) -> float | None:
        """Kilometres by sea from the first port to the last."""
        return tables.km(self["port_of_loading"], self["port_of_discharge"])

    @cached_property
    def sailed_km(self) -> float | None:
        """Kilometres by sea over all ports; None where one is not known."""
        legs = [tables.km(a, b) for a, b in zip(self.stops, self.stops[1:], strict=False)]
        return None if not legs or None in legs else sum(leg or 0.0 for leg in legs)

    @cached_property
    def sailing_days(self) -> float | None:
        """Days that the direct way takes at fourteen knots."""
        return None if self.direct_km is None else self.direct_km / KNOTS_14_KM_A_DAY

    @cached_property
    def entered(self) -> list[str | None]:
        """Countries of the route, in order, each stay once; None for a port that is not in the list."""
        lands = [tables.ports().get(port, ("", None))[1] for port in self.stops]
        return [land for at, land in enumerate(lands) if at == 0 or land != lands[at - 1]]

    @cached_property
    def source(self) -> float:
        """Strength of the near end as a source of wildlife."""
        return tables.strength("wildlife", "source", self.origin, self.loading)

    @cached_property
    def market(self) -> float:
        """Strength of the far end as a market of wildlife."""
        return tables.strength("wildlife", "market", self.discharge, self.destination, self.delivery)

    @cached_property
    def hub(self) -> float | None:
        """The strongest hub among the ports that are neither the first nor the last one."""
        between = [
            tables.strength("wildlife", "hub", tables.ports()[port][1] if port in tables.ports() else None)
            for port in self.stops[1:]
            if port != self.stops[-1]
        ]
        return max(between, default=None)

    @cached_property
    def narcotics(self) -> tuple[float, float]:
        """Strength at the near end, and at the far one."""
        far = (
            tables.strength("narcotics", "market", self.destination),
            tables.strength("narcotics", "hub", self.discharge),
        )
        return tables.strength("narcotics", "source", self.origin, self.loading), max(far)

    def way(self, kind: str) -> float:
        """Strength of origin and destination as source and market of a kind of contraband."""
        return tables.strength(kind, "source", self.origin) * tables.strength(kind, "market", self.destination)

    # Goods

    @cached_property
    def said(self) -> tuple[str, float] | None:
        """The chapter that the description speaks of most, and how much."""
        return words.best(self["goods_description"])

    @cached_property
    def chapter(self) -> str | None:
        """The declared chapter, else the one that the words speak of."""
        return self["hs2"] or (self.said[0] if self.said and self.said[1] > 0.5 else None)

    @cached_property
    def agreement(self) -> float | None:
        """How much of what the words speak of is the declared chapter."""
        if self.said is None or self["hs2"] is None:
            return None
        return words.affinities(words.first_line(self["goods_description"])).get(self["hs2"], 0.0)

    @cached_property
    def cover_kind(self) -> str | None:
        """Kind of cover load by code."""
        codes = (self["hs6"], self["hs4"], self["hs2"])
        return next((tables.cover_kinds()[code] for code in codes if code in tables.cover_kinds()), None)

    @cached_property
    def cover_word(self) -> bool:
        """Whether the words name a cover load."""
        return words.names_one(self["goods_description"] or "", tables.terms("cover_goods"))

    @cached_property
    def cover(self) -> bool:
        """Whether it is a cover load, by code or words."""
        return self.cover_kind is not None or self.cover_word

    @cached_property
    def waste(self) -> bool:
        """Whether it is waste or scrap, by code or words."""
        named = words.names_one(self["goods_description"] or "", tables.terms("cover_goods", COVER_WASTE))
        return (self["hs4"] is not None and self["hs4"] in WASTE.split()) or named

    def usual(self, name: str) -> float | None:
        """What is usual for such goods."""
        return tables.usual(name, self["hs6"], self["hs4"], self.chapter)

    def advantage(self, side: str, flow: str, *, chapter: bool) -> float | None:
        """log1p of how many times the world's share a country's share of such goods is."""
        country = self.origin if side == "origin" else self.destination
        return tables.advantage(country, flow, self.chapter if chapter else self["hs4"])

    # Cargo and box

    @cached_property
    def box(self) -> tuple[str, float, float] | None:
        """What is known of the type of the box."""
        return tables.boxes().get(self["container_type"])

    def positive(self, name: str) -> float | None:
        """A figure of the row, None where it is missing or not above zero."""
        value = self[name]
        return value if value is not None and value > 0 else None

    def per(self, name: str, by: str) -> float | None:
        """One figure of the row over another."""
        above, below = self.positive(name), self.positive(by)
        return None if above is None or below is None else above / below

    @cached_property
    def value_usd(self) -> float | None:
        """The declared value in US dollars."""
        rate = tables.rates().get(self["currency"])
        value = self["declared_value"]
        return None if value is None or rate is None or value * rate <= 0 else value * rate

    @cached_property
    def price(self) -> float | None:
        """US dollars a kilogram."""
        weight = self.positive("gross_weight_kg")
        return None if self.value_usd is None or weight is None else self.value_usd / weight

    # Dates

    def days(self, start: str, end: str) -> float | None:
        """Whole hours between two moments of the row, in days; cut towards zero."""
        if self[start] is None or self[end] is None:
            return None
        return int((self[end] - self[start]) / timedelta(hours=1)) / 24

    @cached_property
    def days_to_holiday(self) -> int | None:
        """Days from arrival to the next holiday at the port of discharge."""
        if self["arrives_at"] is None or self.discharge is None:
            return None
        arrival = self["arrives_at"].date()
        coming = [day for day in tables.holidays(self.discharge) if day >= arrival]
        return (coming[0] - arrival).days if coming else None

    # The ship

    def others(self, of: str, *alike: str) -> int | None:
        """Distinct values of `of` beside the row's own among rows of its ship and day that are `alike`."""
        if self["vessel_name"] is None or any(self[name] is None for name in alike):
            return None
        own = tuple(self[name] for name in alike)
        return len({row[of] for row in self.voyage if tuple(row[name] for name in alike) == own}) - 1
