"""Routes: ports, transhipment hubs, and the timetable of the ships.

    origin, destination ─▶ ports ─▶ hubs (or direct) ─▶ a weekly service ─▶ vessel, voyage, loading and arrival

A service calls at a port of discharge once a week, so bills of the same week and direction share ship and voyage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.world.draws import Bools, Floats, Ints, below, mix, unit, where
from riskscore.world.plans import Plan
from riskscore.world.world import HUB_CHOICES, World

VESSELS = 1600
KM_A_DAY = 17.0 * 1.852 * 24
"""17 knots: between slow steaming and the speed of timetables."""
LATE = 0.03
_SECOND_HUB = 0.10
_ODD_HUB = 0.02
_FILED_BEFORE_ARRIVAL = 0.45
"""Share of countries where bills are filed days before arrival instead of around loading."""


def ports(rng: np.random.Generator, world: World, origin: Ints, destination: Ints) -> tuple[Ints, Ints]:
    """Draw ports of loading and discharge, never the same one."""
    loading = world.country_ports.draw(rng, origin)
    discharge = world.country_ports.draw(rng, destination)
    for _ in range(6):
        same = loading == discharge
        if not same.any():
            break
        loading[same] = world.country_ports.draw(rng, origin[same])
        discharge[same] = world.country_ports.draw(rng, destination[same])
    same = loading == discharge
    discharge[same] = world.hub_ports[(loading[same] + 1) % len(world.hub_ports)]
    return loading, discharge


def hubs(rng: np.random.Generator, world: World, loading: Ints, discharge: Ints) -> Ints:
    """Draw the ports between loading and discharge, [bills, 3]: none if direct, else one or two, rarely an odd one."""
    count = len(loading)
    stops = np.full((count, 3), -1, dtype=np.int64)
    large = np.log1p(world.port_size)
    far = world.km[loading, discharge] / 1000.0
    pull = 0.55 * (large[loading] + large[discharge]) - 6.2 - 0.12 * far
    indirect = where(rng, 1 / (1 + np.exp(pull)), count)
    stops[:, 0] = np.where(indirect, hub(rng, world, loading, discharge), -1)
    odd = indirect & where(rng, _ODD_HUB, count)
    stops[:, 0] = np.where(odd, world.hub_ports[rng.integers(0, len(world.hub_ports), count)], stops[:, 0])
    second = indirect & where(rng, _SECOND_HUB, count)
    stops[:, 1] = np.where(second, hub(rng, world, np.maximum(stops[:, 0], 0), discharge), -1)
    clear_repeats(stops, loading, discharge)
    return stops


def hub(rng: np.random.Generator, world: World, loading: Ints, discharge: Ints) -> Ints:
    """Draw a likely hub between each pair of ports."""
    upto = world.hubs_upto[loading, discharge]
    pick = (rng.random(len(loading))[:, None] >= upto).sum(axis=1).clip(0, HUB_CHOICES - 1)
    return np.asarray(world.hubs[loading, discharge, pick])


def clear_repeats(stops: Ints, loading: Ints, discharge: Ints) -> None:
    """Remove hubs that repeat the port before or the port of discharge, and close the gaps, in place."""
    before = loading
    for place in range(stops.shape[1]):
        column = stops[:, place]
        column[(column == before) | (column == discharge)] = -1
        before = np.where(column >= 0, column, before)
    order = np.argsort(stops < 0, axis=1, kind="stable")
    stops[:] = np.take_along_axis(stops, order, axis=1)


def length(world: World, plan: Plan) -> Floats:
    """Return the sea km along the real route of each bill."""
    port, total = plan.loading, np.zeros(len(plan))
    for place in range(plan.hubs.shape[1]):
        following = plan.hubs[:, place]
        total += np.where(following >= 0, world.km[port, np.maximum(following, 0)], 0.0)
        port = np.where(following >= 0, following, port)
    return np.asarray(total + world.km[port, plan.discharge])


@dataclass(frozen=True)
class Sailing:
    """When and on which ship each bill travels; times in days since the first simulated day."""

    filed: Floats
    loaded: Floats
    arrives: Floats
    vessel: Ints
    voyage: Ints


def sail(rng: np.random.Generator, world: World, plan: Plan, day: int, rest_days: Bools | None = None) -> Sailing:
    """Put each bill on a ship; it is filed on `day`.

    `rest_days` [countries, days] marks the holidays; some bills arrive just before one.
    """
    count = len(plan)
    filed = day + _office_hours(rng, count)
    stops = (plan.hubs >= 0).sum(axis=1)
    transit = length(world, plan) / KM_A_DAY * rng.uniform(1.0, 1.3, count) + 0.8
    transit = transit + stops * rng.uniform(2.0, 9.0, count)
    ahead = np.minimum(_filing_lag(rng, world, plan, transit), transit - 1.2)
    first = _group_first(plan.voyage_group)
    transit, ahead = transit[first], ahead[first]
    service = mix(31, world.port_country[plan.loading] // 6, plan.discharge, below(mix(plan.loading), 3))
    weekday = below(mix(service, 1), 7)
    arrival = day - ahead + transit
    planned = np.floor(arrival) + (weekday - np.floor(arrival).astype(np.int64)) % 7
    planned = planned + below(mix(service, planned.astype(np.int64)), 20) / 24 + 0.1
    late = plan.late[first]
    planned = np.where(late, filed[first] + rng.uniform(0.05, 0.95, count)[first], planned)
    if rest_days is not None:
        planned = _before_rest(planned, plan.holiday, rest_days[np.maximum(world.port_country[plan.discharge], 0)])
    week = np.floor((planned - weekday) / 7).astype(np.int64)
    vessel = below(mix(service, 2, week % 6), VESSELS)
    return Sailing(filed=filed, loaded=planned - transit, arrives=planned, vessel=vessel, voyage=week + 300)


def _filing_lag(rng: np.random.Generator, world: World, plan: Plan, transit: Floats) -> Floats:
    """Draw days from loading to filing: some customs services need the bill around loading, others before arrival."""
    before_arrival = unit(mix(world.port_country[plan.discharge], 32)) < _FILED_BEFORE_ARRIVAL
    before_arrival ^= where(rng, 0.1, len(plan))
    return np.asarray(
        np.where(before_arrival, transit - rng.uniform(0.8, 4.0, len(plan)), rng.normal(4.0, 2.5, len(plan)))
    )


def _office_hours(rng: np.random.Generator, count: int) -> Floats:
    """Draw times of day (0 to 1): mostly working hours in some time zone, some at night."""
    hours = np.where(where(rng, 0.8, count), rng.normal(10.0, 3.6, count), rng.uniform(0, 24, count))
    return np.asarray((hours % 24.0) / 24.0)


def _group_first(groups: Ints) -> Ints:
    """Return for each bill the position of the first bill of its group; its own position if it has no group."""
    firsts = np.arange(len(groups))
    grouped = np.flatnonzero(groups >= 0)
    if len(grouped):
        _, first, inverse = np.unique(groups[grouped], return_index=True, return_inverse=True)
        firsts[grouped] = grouped[first[inverse]]
    return firsts


def _before_rest(planned: Floats, wanted: Bools, rest_days: Bools) -> Floats:
    """Move the arrivals that are `wanted` to one or two days before the next holiday within three weeks."""
    days = np.floor(planned).astype(np.int64)
    for step in range(2, 22):
        ahead = np.clip(days + step, 0, rest_days.shape[1] - 1)
        hit = wanted & rest_days[np.arange(len(days)), ahead]
        planned = np.where(hit, planned + step - 1, planned)
        wanted = wanted & ~hit
    return planned
