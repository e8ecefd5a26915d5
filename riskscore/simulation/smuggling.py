"""Smuggling: the bills of a day that hide contraband, built like honest ones and then touched.

    errand (what, from where, behind what) ─▶ an honest-looking bill ─▶ scheme ─▶ touches ─▶ plan + crime

More than a quarter of them show few signs besides route and goods. Some parties are used again, and some also ship
honest boxes in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.simulation import noise
from riskscore.simulation.contraband import DAYS_A_QUARTER, GROUPS, Errand, Market
from riskscore.simulation.regime_change import Upheaval
from riskscore.simulation.schemes import RIP, RIP_SHARE, SCHEMES, SPLIT
from riskscore.simulation.tactics import Scene
from riskscore.simulation.trade_relations import Accounts
from riskscore.simulation.transport import through_hub
from riskscore.world import goods as wares
from riskscore.world import parties, plans, routes
from riskscore.world.draws import Chooser, Floats, Ints
from riskscore.world.plans import PARTIES, Plan
from riskscore.world.world import World

QUIET = 0.28
"""Share of consignments with few signs: an established party, goods that the origin exports, no extra touch."""
_GROSS = 0.2
_AGAIN = 0.25
"""Share of consignments whose parties were used before."""
_DRY_RUNS = 0.12
_BY_HUB = 0.35
_WHOLE_BILL = 0.6
"""Share of bills on which every box hides contraband; on the others one box does."""
_ROWS_A_BILL = 1.37
_RING = (
    "consignee",
    "consignee_country",
    "consignee_kind",
    "consignee_address",
    "forwarder",
    "forwarder_country",
    "notify",
)
_RINGS_KEPT = 40
_ESTABLISHED = 0.5
"""Share of consignments in the name of firms that have traded before, unless the scheme decides otherwise."""
_USUAL_GOODS = 0.4


@dataclass(frozen=True)
class Crime:
    """The contraband in a bill."""

    scheme: str
    commodity: str
    quantity_kg: float
    indicators: tuple[int, ...]
    whole_bill: bool


class Smugglers:
    """All smugglers of one simulation; its days must be simulated in order."""

    def __init__(
        self, world: World, accounts: Accounts, seed: int, firms: float, change_day: int | None = None
    ) -> None:
        """Start the smugglers; on `change_day` they change routes, covers, schemes and parties (None: never)."""
        self._world, self._accounts, self._firms, self._seed = world, accounts, firms, seed
        self._upheaval = Upheaval(seed, change_day)
        self._market = Market(world, seed, self._upheaval)
        self._rings: list[tuple[str, int, dict[str, np.generic]]] = []

    def day(self, rng: np.random.Generator, day: int, expected: float) -> tuple[Plan, list[Crime], list[Crime]]:
        """Plan the smuggling of `day`, on average `expected` consignments.

        Returns plans with one crime each, and the crimes that go into boxes of other traders (rip-on/rip-off).
        """
        if day == self._upheaval.day:
            self._rings.clear()
        rip = sum(GROUPS[group] * share for group, share in RIP_SHARE.items())
        riders = [self._rider(rng, day) for _ in range(rng.poisson(expected * rip))]
        bills: list[Plan] = []
        crimes: list[Crime] = []
        for _ in range(rng.poisson(expected * (1 - rip) / _ROWS_A_BILL)):
            plan, crime = self._consignment(rng, day)
            bills.append(plan)
            crimes += [crime] * len(plan)
        plan = plans.join(bills) if bills else plans.empty(0)
        self._accounts.add(rng, plan, day, share=_DRY_RUNS)
        return plan, crimes, riders

    def _rider(self, rng: np.random.Generator, day: int) -> Crime:
        groups = list(RIP_SHARE)
        group = groups[int(Chooser([GROUPS[name] * RIP_SHARE[name] for name in groups]).draw(rng, 1)[0])]
        errand = self._market.errand(rng, day, group, plain=True)
        return Crime(RIP, errand.commodity, errand.quantity_kg, (), False)

    def _consignment(self, rng: np.random.Generator, day: int) -> tuple[Plan, Crime]:
        fashion = self._fashion(day // DAYS_A_QUARTER)
        shares = np.array([GROUPS[name] * (1 - RIP_SHARE.get(name, 0.0)) for name in GROUPS])
        group = list(GROUPS)[int(Chooser(shares * fashion[: len(GROUPS)] ** 0.5).draw(rng, 1)[0])]
        quiet = rng.random() < QUIET
        errand = self._market.errand(rng, day, group, plain=quiet)
        weights = np.array([scheme.weight.get(group, 0.0) for scheme in SCHEMES.values()])
        if self._upheaval.over(day):
            weights = self._upheaval.moved(weights, f"{group} schemes")
        weights = weights * np.array([scheme.quiet or not quiet for scheme in SCHEMES.values()])
        name = list(SCHEMES)[int(Chooser(weights * fashion[len(GROUPS) :]).draw(rng, 1)[0])]
        plan = self._innocent(rng, errand, quiet)
        self._reuse(rng, plan, errand)
        scene = Scene(rng, self._world, self._accounts, errand, day)
        flags = self._touch(scene, plan, name, quiet=quiet)
        if name == SPLIT:
            plan = _split(rng, plan)
        whole = bool(rng.random() < _WHOLE_BILL)
        return plan, Crime(name, errand.commodity, errand.quantity_kg, flags, whole)

    def _fashion(self, quarter: int) -> Floats:
        """Return the factor of each group and scheme in this quarter."""
        rng = np.random.default_rng(np.random.SeedSequence([self._seed, 1 << 28, quarter]))
        return np.asarray(np.exp(rng.normal(0, 0.35, len(GROUPS) + len(SCHEMES))))

    def _innocent(self, rng: np.random.Generator, errand: Errand, quiet: bool) -> Plan:
        """Return a bill as honest traders would file it, on the errand's route."""
        plan = plans.empty(1)
        plan.origin[:], plan.destination[:], plan.goods[:] = errand.source, errand.market, errand.goods
        plan.loading[:], plan.discharge[:] = routes.ports(rng, self._world, plan.origin, plan.destination)
        known = quiet or rng.random() < _ESTABLISHED
        parties.assign(rng, self._world, plan, self._firms, known=known)
        plan.consignee_age[:] = int(rng.integers(60, 1500)) if known else 0
        regular = self._accounts.on_lane(rng, errand.source, errand.market) if known else -1
        if regular >= 0:
            self._as_regular(plan, regular, like_goods=quiet and rng.random() < _USUAL_GOODS)
        noise.draw(rng, self._world, plan)
        return plan

    def _as_regular(self, plan: Plan, account: int, *, like_goods: bool) -> None:
        """Put the bill in the name of regular traders of this lane, in place, sometimes with their usual goods."""
        model = self._accounts.templates
        names = [*PARTIES, "loading", "discharge", *(["goods"] if like_goods else [])]
        for name in names:
            getattr(plan, name)[0] = getattr(model, name)[account]

    def _reuse(self, rng: np.random.Generator, plan: Plan, errand: Errand) -> None:
        """Sometimes use the parties of an earlier consignment again, else sometimes remember these; in place."""
        market = int(plan.destination[0])
        rings = [ring for group, place, ring in self._rings if group == errand.group and place == market]
        if rings and rng.random() < _AGAIN * 2:
            for name, value in rings[rng.integers(0, len(rings))].items():
                getattr(plan, name)[0] = value
        elif rng.random() < 0.6:
            self._rings.append((errand.group, market, {name: getattr(plan, name)[0] for name in _RING}))
            del self._rings[:-_RINGS_KEPT]

    def _touch(self, scene: Scene, plan: Plan, name: str, *, quiet: bool) -> tuple[int, ...]:
        """Apply the touches of the scheme, in place; return the red flags that they plant."""
        scheme, rng, errand = SCHEMES[name], scene.rng, scene.errand
        chosen = list(scheme.core)
        if not quiet:
            many = rng.integers(2, 5) if rng.random() < _GROSS else rng.integers(0, 3)
            chosen += [scheme.extra[at] for at in rng.permutation(len(scheme.extra))[:many]]
        if rng.random() < _BY_HUB and through_hub not in chosen and errand.hub >= 0:
            chosen.insert(0, through_hub)
        flags = set[int]()
        for touch in chosen:
            flags.update(touch(scene, plan, 0))
        if name == SPLIT:
            flags.add(37)
        return tuple(sorted(flags | self._inherent(errand)))

    def _inherent(self, errand: Errand) -> set[int]:
        """Return the red flags of the goods and the route themselves."""
        flags = set[int]()
        chapter = int(wares.load().chapter[errand.goods])
        if errand.group == "wildlife":
            flags |= {20, 38}
        if not errand.plausible and self._world.export_share[errand.source, chapter] == 0:
            flags.add(23)
        return flags


def _split(rng: np.random.Generator, plan: Plan) -> Plan:
    """Split one bill into two to four, each with a single box, on one voyage."""
    copies = plan.take(np.zeros(int(rng.integers(2, 5)), dtype=np.int64))
    copies.voyage_group[:] = int(rng.integers(1 << 40, 1 << 41))
    copies.boxes[:] = 1
    return copies


def boxes_hit(rng: np.random.Generator, bill: Ints, crimes: dict[int, Crime]) -> dict[int, Crime]:
    """Return row -> crime: every box of a bill if the crime is of the whole bill, else one of its boxes.

    `bill` is the position of each row's bill in the plan; `crimes` has the crimes by position.
    """
    hit: dict[int, Crime] = {}
    for position, crime in crimes.items():
        rows = np.flatnonzero(bill == position)
        if crime.whole_bill:
            hit |= dict.fromkeys(rows.tolist(), crime)
        elif len(rows):
            hit[int(rows[rng.integers(0, len(rows))])] = crime
    return hit
