"""Traffic: the honest bills of a day, and those of a single ship.

accounts (regular business) ─┐
newcomers (by gravity) ──────┴─▶ plans of the day, with noise
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from riskscore.errors import SettingsError
from riskscore.simulation import noise
from riskscore.simulation.trade_relations import Accounts
from riskscore.world import goods as wares
from riskscore.world import parties, plans, routes, world
from riskscore.world.draws import Chooser, Ints, where
from riskscore.world.paper import Pen
from riskscore.world.plans import Plan
from riskscore.world.world import World

NEWCOMERS = 0.17
"""Share of bills of firms that never imported before."""
UNUSUAL_GOODS = 0.08
"""Share of trade that no table has: any goods from anywhere."""
_ACCOUNTS_A_DAY = 4
_FEWEST_ACCOUNTS = 400
_MOST_ACCOUNTS = 600_000
_SPLIT = 0.03
ELSEWHERE = 0.08
"""Share of bills on which a regular importer buys other goods from another origin."""
_BATCH_DAYS = 3
_SHIP_ARRIVES = 6.4
"""Days from the day of filing to the arrival of a single ship."""
_SHIP_BILLS = 600_000_000
"""First bill number of single ships, far above those of a simulation."""


class Traffic:
    """The honest traffic of one simulation; its days must be simulated in order."""

    def __init__(self, places: World, seed: int, per_day: int, start: date) -> None:
        rng = np.random.default_rng(np.random.SeedSequence([seed, 1 << 31]))
        self.world, self.start = places, start
        self.firms = float(np.clip(per_day * _ACCOUNTS_A_DAY, _FEWEST_ACCOUNTS, _MOST_ACCOUNTS))
        regular = new_orders(rng, places, int(self.firms), start.month - 1)
        parties.assign(rng, places, regular, self.firms, known=True)
        self.accounts = Accounts(rng, regular)
        self._waiting: list[Plan] = []

    def day(self, rng: np.random.Generator, day: int, count: int) -> Plan:
        """Plan the bills of `day`, with `count` boxes in total."""
        month = (self.start + timedelta(days=day)).month - 1
        bills = int(count / noise.MEAN_BOXES * 1.15) + 12
        fresh = rng.binomial(bills, NEWCOMERS)
        new = new_orders(rng, self.world, fresh, month)
        parties.assign(rng, self.world, new, self.firms, known=False)
        chosen = self.accounts.draw(rng, bills - fresh, day, month)
        old = self.accounts.templates.take(chosen)
        old.consignee_age[:] = day - self.accounts.born[chosen]
        self._vary(rng, old)
        self._waiting.append(new)
        if day % _BATCH_DAYS == 0:
            self.accounts.add(rng, plans.join(self._waiting), day)
            self._waiting = []
        plan = plans.join([old, new]).take(rng.permutation(bills))
        noise.draw(rng, self.world, plan)
        _split(rng, plan)
        return _cut(plan, count)

    def _vary(self, rng: np.random.Generator, plan: Plan) -> None:
        """Vary the bills of regular customers, in place: other goods of the chapter, supplier, origin or ports."""
        count = len(plan)
        other = where(rng, 0.13, count)
        plan.goods[other] = noise.same_chapter().draw(rng, wares.load().chapter[plan.goods[other]])
        elsewhere = np.flatnonzero(where(rng, ELSEWHERE, count))
        moved = plan.take(elsewhere)
        line = self.world.sources.draw(rng, moved.destination)
        moved.origin[:] = self.world.line_origin[line]
        moved.goods[:] = self.world.line_goods.draw(rng, line)
        plan.put(elsewhere, moved)
        changed = np.union1d(elsewhere, np.flatnonzero(where(rng, 0.08, count)))
        supplied = plan.take(changed)
        parties.supply(
            rng,
            self.world,
            supplied,
            0.5 * self.firms * self.world.export_share[supplied.origin, wares.load().chapter[supplied.goods]],
        )
        plan.put(changed, supplied)
        moved_ports = np.union1d(elsewhere, np.flatnonzero(where(rng, 0.10, count)))
        plan.loading[moved_ports], plan.discharge[moved_ports] = routes.ports(
            rng, self.world, plan.origin[moved_ports], plan.destination[moved_ports]
        )
        agents = where(rng, 0.15, count)
        plan.forwarder[agents] = parties.forwarder(plan.forwarder_country, rng.random(count))[agents]


def new_orders(rng: np.random.Generator, places: World, count: int, month: int) -> Plan:
    """Plan goods and routes of `count` bills by the gravity of trade alone; `month` is 0 to 11."""
    season = wares.load().season[:, month]
    line = Chooser(places.line_weight).draw(rng, count)
    goods = places.line_goods.draw(rng, line)
    off = where(rng, np.clip(1.0 - season[goods], 0.0, 1.0), count)
    line[off] = Chooser(places.line_weight).draw(rng, int(off.sum()))
    goods[off] = places.line_goods.draw(rng, line[off])
    unusual = where(rng, UNUSUAL_GOODS, count)
    goods[unusual] = places.any_goods.draw(rng, int(unusual.sum()))
    plan = plans.empty(count)
    plan.origin[:] = places.line_origin[line]
    plan.destination[:] = places.destinations.draw(rng, line)
    plan.goods[:] = goods
    plan.loading[:], plan.discharge[:] = routes.ports(rng, places, plan.origin, plan.destination)
    return plan


def _split(rng: np.random.Generator, plan: Plan) -> None:
    """Split some orders over two to four bills on one ship: the following bills become copies, in place."""
    starts = np.flatnonzero(where(rng, _SPLIT, len(plan)))
    for copies in (1, 2, 3):
        at = starts[rng.random(len(starts)) < (1.0, 0.4, 0.3)[copies - 1]]
        at = at[at + copies < len(plan)]
        group = at.copy()
        bills = plan.take(at)
        bills.voyage_group[:] = group
        plan.voyage_group[at] = group
        plan.put(at + copies, bills)


def _cut(plan: Plan, count: int) -> Plan:
    """Keep the first bills up to `count` boxes in total; the last bill may lose some of its boxes."""
    before = np.cumsum(plan.boxes) - plan.boxes
    plan = plan.take(before < count)
    plan.boxes[-1] = count - before[len(plan) - 1]
    return plan


def one_ship(seed: int, *, origins: list[str], port_of_discharge: str, n: int, date: date) -> pl.DataFrame:
    """Simulate `n` honest consignments of one voyage: canonical rows, filed on `date`.

    `origins` are UN/LOCODEs of the ports of loading. All boxes are discharged at `port_of_discharge` six days later.
    Raises SettingsError if a port is not in the simulated world, `origins` is empty, or `n` is below 1.
    """
    places, rng = world.load(), np.random.default_rng(np.random.SeedSequence([seed, 1 << 30]))
    unknown = [code for code in [*origins, port_of_discharge] if code not in places.ports]
    if unknown or not origins or n < 1:
        raise SettingsError(
            f"one_ship needs n >= 1 and ports of the simulated world; unknown: {', '.join(unknown) or 'none'}"
        )
    loading = np.array([places.ports.index(code) for code in origins])[rng.integers(0, len(origins), n)]
    discharge = np.full(n, places.ports.index(port_of_discharge))
    plan = plans.empty(n)
    plan.origin[:] = places.port_country[loading]
    plan.destination[:] = places.port_country[discharge]
    plan.goods[:] = _goods(rng, places, plan.origin, plan.destination)
    plan.loading[:], plan.discharge[:] = loading, discharge
    parties.assign(rng, places, plan, 3000.0, known=True)
    noise.draw(rng, places, plan)
    plan.boxes[:] = 1
    plan.late[:], plan.holiday[:] = False, False
    sailing = routes.sail(rng, places, plan, 0)
    one_voyage = routes.Sailing(
        filed=sailing.filed,
        loaded=_SHIP_ARRIVES - (sailing.arrives - sailing.loaded),
        arrives=np.full(n, _SHIP_ARRIVES),
        vessel=np.full(n, sailing.vessel[0]),
        voyage=np.full(n, sailing.voyage[0]),
    )
    return Pen(places, seed, n, date, bills=_SHIP_BILLS).write(rng, plan, one_voyage, 0).rows


def _goods(rng: np.random.Generator, places: World, origin: Ints, destination: Ints) -> Ints:
    """Draw goods that each origin exports, more often those that the destination imports."""
    goods = np.empty(len(origin), dtype=np.int64)
    for country in np.unique(origin):
        at = np.flatnonzero(origin == country)
        lines = np.flatnonzero(places.line_origin == country)
        if not len(lines):
            goods[at] = places.any_goods.draw(rng, len(at))
            continue
        chapter = np.array([int(places.line_heading[line][:2]) for line in lines])
        liking = places.line_weight[lines] * np.sqrt(places.import_share[destination[at[0]], chapter] + 1e-9)
        goods[at] = places.line_goods.draw(rng, lines[Chooser(liking).draw(rng, len(at))])
    return goods
