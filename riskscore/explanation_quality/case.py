"""Case: one consignment in plain Python, with everything that a sentence may claim about it, computed on demand.

    row of the manifest ─┐
    earlier versions ────┼─▶ Case ─▶ claims/: the value of each feature and of each field of a sentence
    history, voyage ─────┘

Only reference tables, party ids and the texts of the catalogue are shared with the engine.
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
KM_PER_DAY = 14 * 1.852 * 24
"""Sea km per day at 14 knots."""

WASTE = (
    "2618 2619 2620 2621 3825 3915 4004 4115 4707 5202 5505 6309 6310 7001 7204 7404 7503 7602 7802 7902 8002 8548 8549"
)
FRONT = ("0901", "0902", "2101")


@dataclass
class Case:
    """One consignment.

    row       its row, of `recount.rows_with_keys`
    versions  its earlier versions, oldest first
    past      its record per profile, of `Recount.before`
    voyage    all rows of its voyage and filing day, itself included
    seals     each of its seal numbers, with the number of other containers of the day that have it
    """

    row: Mapping[str, Any]
    versions: Sequence[Mapping[str, Any]]
    past: Mapping[str, Before]
    voyage: Sequence[Mapping[str, Any]]
    seals: Mapping[str, int]

    def __getitem__(self, name: str) -> Any:
        return self.row[name]

    @cached_property
    def previous(self) -> Mapping[str, Any] | None:
        """The previous version."""
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
        """Declared country of origin, else the country of loading."""
        return self["origin_country"] or self.loading

    @cached_property
    def destination(self) -> str | None:
        """Declared country of destination, else the country of delivery, else of discharge."""
        return self["destination_country"] or self.delivery or self.discharge

    @cached_property
    def hubs(self) -> list[str]:
        """Transhipment ports, as stated."""
        return [port for port in self["transhipment_ports"] or [] if port is not None]

    @cached_property
    def stops(self) -> list[str]:
        """All ports of the route, in order."""
        every = [self["port_of_loading"], *self.hubs, self["port_of_discharge"]]
        return [port for port in every if port is not None]

    @cached_property
    def known_stops(self) -> list[str]:
        """Those `stops` that are in the list of ports."""
        return [port for port in self.stops if port in tables.ports()]

    @cached_property
    def direct_km(self) -> float | None:
        """Sea km from the port of loading to the port of discharge."""
        return tables.km(self["port_of_loading"], self["port_of_discharge"])

    @cached_property
    def sailed_km(self) -> float | None:
        """Sea km along all ports; None if a distance is unknown."""
        legs = [tables.km(a, b) for a, b in zip(self.stops, self.stops[1:], strict=False)]
        return None if not legs or None in legs else sum(leg or 0.0 for leg in legs)

    @cached_property
    def sailing_days(self) -> float | None:
        """Days of the direct voyage at 14 knots."""
        return None if self.direct_km is None else self.direct_km / KM_PER_DAY

    @cached_property
    def entered(self) -> list[str]:
        """Countries of the known ports of the route in order, once per stay."""
        countries = [tables.ports()[port][1] for port in self.known_stops]
        return [country for at, country in enumerate(countries) if at == 0 or country != countries[at - 1]]

    @cached_property
    def source(self) -> float:
        """Strength (0 to 1) of origin or country of loading as a source of wildlife."""
        return tables.strength("wildlife", "source", self.origin, self.loading)

    @cached_property
    def market(self) -> float:
        """Strength (0 to 1) of discharge, destination or delivery as a market for wildlife."""
        return tables.strength("wildlife", "market", self.discharge, self.destination, self.delivery)

    @cached_property
    def hub(self) -> float | None:
        """Strength (0 to 1) of the strongest wildlife hub among the ports between loading and discharge."""
        between = [
            tables.strength("wildlife", "hub", tables.ports()[port][1] if port in tables.ports() else None)
            for port in self.stops[1:]
            if port != self.stops[-1]
        ]
        return max(between, default=None)

    @cached_property
    def narcotics(self) -> tuple[float, float]:
        """Strength (0 to 1) in the narcotics trade at the near end, and at the far end."""
        far_end = (
            tables.strength("narcotics", "market", self.destination),
            tables.strength("narcotics", "hub", self.discharge),
        )
        return tables.strength("narcotics", "source", self.origin, self.loading), max(far_end)

    def way(self, kind: str) -> float:
        """Product of the strengths of origin and destination as source and market of a `kind` of contraband."""
        return tables.strength(kind, "source", self.origin) * tables.strength(kind, "market", self.destination)

    # Goods

    @cached_property
    def described(self) -> tuple[str, float] | None:
        """The HS chapter that the description points to most, and its affinity (0 to 1)."""
        return words.best(self["goods_description"])

    @cached_property
    def chapter(self) -> str | None:
        """The declared HS chapter, else the one that the description points to clearly."""
        return self["hs2"] or (self.described[0] if self.described and self.described[1] > 0.5 else None)

    @cached_property
    def agreement(self) -> float | None:
        """Affinity (0 to 1) of the description to the declared chapter."""
        if self.described is None or self["hs2"] is None:
            return None
        return words.affinities(words.first_line(self["goods_description"])).get(self["hs2"], 0.0)

    @cached_property
    def cover_kind(self) -> str | None:
        """Kind of cover load, by HS code."""
        codes = (self["hs6"], self["hs4"], self["hs2"])
        return next((tables.cover_kinds()[code] for code in codes if code in tables.cover_kinds()), None)

    @cached_property
    def cover_word(self) -> bool:
        """Whether the description names a cover load."""
        return words.names_one(self["goods_description"] or "", tables.terms("cover_goods"))

    @cached_property
    def cover(self) -> bool:
        """Whether the goods are a cover load, by HS code or description."""
        return self.cover_kind is not None or self.cover_word

    @cached_property
    def waste(self) -> bool:
        """Whether the goods are waste or scrap, by HS code or description."""
        named = words.names_one(self["goods_description"] or "", tables.terms("cover_goods", COVER_WASTE))
        return (self["hs4"] is not None and self["hs4"] in WASTE.split()) or named

    def usual(self, name: str) -> float | None:
        """The usual figure `name` of such goods, by the longest code that has one."""
        return tables.usual(name, self["hs6"], self["hs4"], self.chapter)

    def advantage(self, side: str, flow: str, *, chapter: bool) -> float | None:
        """The share of such goods in a country's flow over their share in the world's, as log1p."""
        country = self.origin if side == "origin" else self.destination
        return tables.advantage(country, flow, self.chapter if chapter else self["hs4"])

    # Cargo and container

    @cached_property
    def box(self) -> tuple[str, float, float] | None:
        """Group, payload (kg) and volume (m3) of the container type."""
        return tables.boxes().get(self["container_type"])

    def positive(self, name: str) -> float | None:
        """A figure of the row; None if it is missing or not above zero."""
        value = self[name]
        return value if value is not None and value > 0 else None

    def per(self, name: str, by: str) -> float | None:
        """One positive figure of the row over another."""
        numerator, denominator = self.positive(name), self.positive(by)
        return None if numerator is None or denominator is None else numerator / denominator

    @cached_property
    def value_usd(self) -> float | None:
        """The declared value in USD; None if it is missing or not above zero."""
        rate = tables.rates().get(self["currency"])
        value = self["declared_value"]
        return None if value is None or rate is None or value * rate <= 0 else value * rate

    @cached_property
    def price(self) -> float | None:
        """The declared price in USD per kg."""
        weight = self.positive("gross_weight_kg")
        return None if self.value_usd is None or weight is None else self.value_usd / weight

    # Dates

    def days(self, start: str, end: str) -> float | None:
        """Complete hours between two times of the row, in days, rounded towards zero."""
        if self[start] is None or self[end] is None:
            return None
        return int((self[end] - self[start]) / timedelta(hours=1)) / 24

    @cached_property
    def days_to_holiday(self) -> int | None:
        """Days from arrival to the next holiday in the country of discharge."""
        if self["arrives_at"] is None or self.discharge is None:
            return None
        arrival = self["arrives_at"].date()
        following = [day for day in tables.holidays(self.discharge) if day >= arrival]
        return (following[0] - arrival).days if following else None

    # Voyage

    def others(self, of: str, *alike: str) -> int | None:
        """Number of other distinct values of `of` among rows of its voyage and day with equal columns `alike`."""
        if self["vessel_name"] is None or any(self[name] is None for name in alike):
            return None
        values = tuple(self[name] for name in alike)
        return len({row[of] for row in self.voyage if tuple(row[name] for name in alike) == values}) - 1
