"""Contraband: what is smuggled, its source, hub and market, the goods that hide it, and how much.

contraband.csv grades countries as source, hub or market; cover_goods.csv lists the goods that hide contraband. Draws
from both are random and drift over time, so that no route is certain and none is impossible.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from riskscore import reference
from riskscore.simulation.regime_change import Upheaval
from riskscore.world import goods as wares
from riskscore.world.draws import Chooser, Floats, Ints
from riskscore.world.world import World

GROUPS = {
    "wildlife": 0.45, "narcotics": 0.20, "cigarettes": 0.08, "counterfeits": 0.07, "waste": 0.10, "weapons": 0.05,
    "precursors": 0.05,
}  # fmt: skip
OFF_PATTERN = 0.16
"""Share of routes with a random country at one end."""
DAYS_A_QUARTER = 91
PLAUSIBLE_COVER = {"wildlife": 0.55}
_PLAUSIBLE = 0.70
_SHARPNESS = 1.35
_BUSY = 0.5
"""How much smugglers prefer countries with much honest trade: a busy lane hides contraband better than a rare one."""
_COVERS = {
    "narcotics": "08 08 08 09 09 44 72 39 03 20 25 68 12 17 23 07 10 18 76",
    "cigarettes": "94 39 48 69 44 68 73 63 19 95 84",
    "counterfeits": "42 61 62 64 95 85 33 87 39 94 63",
    "waste": "39 39 47 84 85 85 87 40 63 72 74 38",
    "weapons": "84 87 73 94 63 85 82 39",
    "precursors": "28 29 38 34 32 33 39 25",
}
"""Declared HS chapters of the groups other than wildlife; a chapter that is listed twice is used more often
(WCO Illicit Trade Reports; UNODC World Drug Report; EUIPO and OECD on counterfeits)."""
_QUANTITY_KG = {
    "ivory": (900, 1.0), "pangolin": (2200, 1.1), "rosewood": (14000, 0.5), "rhino horn": (60, 0.8),
    "shark fin": (1500, 1.0), "wildlife": (600, 1.2), "narcotics": (350, 1.2), "cigarettes": (7000, 0.5),
    "counterfeits": (6000, 0.7),
    "waste": (19000, 0.3), "weapons": (250, 1.1), "precursors": (4000, 0.9),
}  # fmt: skip
"""Median in kg and spread (standard deviation of the logarithm) of a consignment, by commodity or group."""
_FAVOURED = {"ivory": 4.0, "pangolin": 4.0, "rosewood": 1.6}


@dataclass(frozen=True)
class Errand:
    """What is smuggled where: countries and goods by their numbers in the world."""

    group: str
    commodity: str
    source: int
    hub: int
    market: int
    goods: int
    plausible: bool
    quantity_kg: float


class Market:
    """Draws errands; preferences drift from quarter to quarter, and change on the day of the `upheaval`."""

    def __init__(self, world: World, seed: int, upheaval: Upheaval | None = None) -> None:
        self._world, self._seed = world, seed
        self._upheaval = upheaval or Upheaval(seed)
        self._roles = _roles(tuple(world.countries))

    def errand(self, rng: np.random.Generator, day: int, group: str, *, plain: bool) -> Errand:
        """Draw one errand of `group` for `day`; a `plain` one hides behind goods that the source really exports."""
        world = self._world
        kinds = sorted({commodity for g, commodity, role in self._roles if g == group and role == "source"})
        drift = self._drift(day // DAYS_A_QUARTER)
        liking = self._on_day(np.array([_FAVOURED.get(kind, 1.0) for kind in kinds]), day, f"{group} commodities")
        commodity = kinds[int(Chooser(liking * drift[: len(kinds)]).draw(rng, 1)[0])]
        source, hub, market = (
            self._country(rng, day, key, drift, trade)
            for key, trade in (
                ((group, commodity, "source"), world.exports),
                (self._key(group, commodity, "hub"), world.imports),
                (self._key(group, commodity, "market"), world.imports),
            )
        )
        if rng.random() < self._upheaval.anywhere(OFF_PATTERN, day):
            if rng.random() < 0.6:
                source = int(Chooser(world.exports).draw(rng, 1)[0])
            else:
                market = int(Chooser(world.imports).draw(rng, 1)[0])
        while market == source:
            market = int(Chooser(world.imports).draw(rng, 1)[0])
        likely = plain or rng.random() < PLAUSIBLE_COVER.get(group, _PLAUSIBLE)
        median, spread = _QUANTITY_KG.get(commodity, _QUANTITY_KG[group])
        return Errand(
            group, commodity, source, hub, market, self.cover(rng, day, group, source, likely=likely), likely,
            float(np.round(median * np.exp(rng.normal(0, spread)), 1)),
        )  # fmt: skip

    def cover(self, rng: np.random.Generator, day: int, group: str, origin: int, *, likely: bool) -> int:
        """Draw cover goods: ones that `origin` exports if `likely`, else any known cover."""
        goods, weight = _covers(group)
        weight = self._on_day(weight, day, f"{group} covers")
        if likely:
            heading = _heading_share(self._world, origin)
            fitted = weight * heading[goods]
            if fitted.sum() > 0:
                return int(goods[Chooser(fitted).draw(rng, 1)[0]])
        return int(goods[Chooser(weight).draw(rng, 1)[0]])

    def _key(self, group: str, commodity: str, role: str) -> tuple[str, str, str]:
        """Return the row of the table for this commodity, else the first one of its group."""
        of_commodity = (group, commodity, role)
        if of_commodity in self._roles:
            return of_commodity
        return next((key for key in sorted(self._roles) if key[0] == group and key[2] == role), of_commodity)

    def _on_day(self, weight: Floats, day: int, name: str) -> Floats:
        """Return `weight` as it is on `day`, before or after the upheaval."""
        return self._upheaval.moved(weight, name) if self._upheaval.over(day) else weight

    def _country(
        self, rng: np.random.Generator, day: int, key: tuple[str, str, str], drift: Floats, trade: Floats
    ) -> int:
        strength = self._roles.get(key)
        if strength is None:
            return -1
        weight = self._on_day(strength**_SHARPNESS * (trade + 5.0) ** _BUSY, day, " ".join(key)) * drift
        return int(Chooser(weight).draw(rng, 1)[0])

    def _drift(self, quarter: int) -> Floats:
        """Return the factor of each country in this quarter."""
        rng = np.random.default_rng(np.random.SeedSequence([self._seed, 1 << 29, quarter // 2, 7]))
        slow = rng.normal(0, 0.3, len(self._world.countries))
        fast = np.random.default_rng(np.random.SeedSequence([self._seed, 1 << 29, quarter, 8]))
        return np.asarray(np.exp(slow + fast.normal(0, 0.3, len(slow))))


@cache
def _roles(countries: tuple[str, ...]) -> dict[tuple[str, str, str], Floats]:
    """Return (group, commodity, role) -> strength of each country."""
    number = {code: position for position, code in enumerate(countries)}
    roles: dict[tuple[str, str, str], Floats] = {}
    for group, commodity, country, role, strength in (
        reference.wildlife().select("group", "commodity", "country", "role", "strength").iter_rows()
    ):
        if country in number:
            row = roles.setdefault((group, commodity, role), np.zeros(len(countries)))
            row[number[country]] = max(row[number[country]], strength)
    return roles


@cache
def _covers(group: str) -> tuple[Ints, Floats]:
    """Return the goods that hide contraband of `group`, and the weight of each."""
    kinds = wares.load()
    weight = np.zeros(len(kinds))
    if group == "wildlife":
        table = reference.cover_goods().drop_nulls("hs").unique("hs", keep="first", maintain_order=True)
        size = dict(table.group_by("kind").len().iter_rows())
        for prefix, kind in table.select("hs", "kind").iter_rows():
            at = kinds.starting(prefix)
            if len(at):
                weight[at] += 1.0 / size[kind] / len(at)
    else:
        for prefix in _COVERS[group].split():
            at = kinds.starting(prefix)
            weight[at] += 1.0 / max(len(at), 1)
    goods = np.flatnonzero(weight)
    return goods, weight[goods]


@cache
def _export_table() -> dict[str, list[tuple[str, float]]]:
    exports: dict[str, list[tuple[str, float]]] = {}
    for country, heading, flow, weight in reference.trade().select("country", "hs4", "flow", "weight").iter_rows():
        if flow == "export":
            exports.setdefault(country, []).append((heading, weight))
    return exports


def _heading_share(world: World, origin: int) -> Floats:
    """Return the share of each kind of goods in the exports of `origin`."""
    share = np.zeros(len(wares.load()))
    for heading, weight in _export_table().get(world.countries[origin], []):
        at = wares.load().starting(heading)
        share[at] += weight / max(len(at), 1)
    return share
