"""Transport: touches on the box, its contents and its route.

Like those in `tactics`, each changes position `i` of a plan in place and returns the red flags that it plants.
"""

from __future__ import annotations

import numpy as np

from riskscore.simulation.tactics import Scene
from riskscore.world import boxes, plans, routes
from riskscore.world.plans import Plan


def odd_packages(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Make packages much heavier or lighter than usual for the goods."""
    plan.package_shift[i] += scene.rng.choice((-1, 1)) * scene.rng.uniform(0.8, 2.6)
    return (30,)


def light_box(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Declare a box that is less than half full."""
    plan.fill[i] = scene.rng.uniform(0.06, 0.42)
    return (30, 31)


def odd_volume(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Declare a volume that does not fit the weight."""
    plan.volume_shift[i] += scene.rng.choice((-1, 1)) * scene.rng.uniform(0.6, 1.8)
    return (31,)


def cheap(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Declare a price far below the market price."""
    plan.price_shift[i] -= scene.rng.uniform(2.0, 6.0)
    return (33,)


def dear(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Declare a price far above the market price."""
    plan.price_shift[i] += scene.rng.uniform(2.0, 5.0)
    return (33,)


def dear_freight(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Declare freight that is high compared with the value of the goods."""
    plan.freight_shift[i] += scene.rng.uniform(0.6, 1.6)
    return (34,)


def through_hub(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Send the box through a port in a transit country for this contraband."""
    port = _hub_port(scene)
    plan.hubs[i] = (port, -1, -1)
    routes.clear_repeats(plan.hubs[i : i + 1], plan.loading[i : i + 1], plan.discharge[i : i + 1])
    return (39, 40)


def loop(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Send the box on a route without commercial reason: back and forth, or through the destination country."""
    rng, world = scene.rng, scene.world
    odd = world.hub_ports[rng.integers(0, len(world.hub_ports), 2)]
    back = world.country_ports.draw(rng, plan.destination[i : i + 1])[0]
    ways = (
        (_hub_port(scene), _hub_port(scene), -1),
        (_hub_port(scene), odd[0], -1),
        (_hub_port(scene), back, _hub_port(scene)),
        (odd[0], _hub_port(scene), odd[1]),
    )
    plan.hubs[i] = ways[rng.integers(0, len(ways))]
    routes.clear_repeats(plan.hubs[i : i + 1], plan.loading[i : i + 1], plan.discharge[i : i + 1])
    plan.route_stated[i] |= rng.random() < 0.5
    return (39, 41, 42)


def _hub_port(scene: Scene) -> int:
    hub = scene.errand.hub
    if hub < 0:
        return int(scene.world.hub_ports[scene.rng.integers(0, len(scene.world.hub_ports))])
    return int(scene.world.country_ports.draw(scene.rng, np.array([hub]))[0])


def laundered(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Issue new papers at the hub: it becomes the port of loading, and mostly the origin too."""
    hub, rng = scene.errand.hub, scene.rng
    if hub < 0 or hub == plan.destination[i]:
        return through_hub(scene, plan, i)
    if rng.random() < 0.65:
        plan.origin[i] = hub
    plan.loading[i] = scene.world.country_ports.draw(rng, np.array([hub]))[0]
    if plan.loading[i] == plan.discharge[i]:
        plan.discharge[i] = scene.world.hub_ports[rng.integers(0, len(scene.world.hub_ports))]
    plan.shipper_country[i] = hub if rng.random() < 0.7 else plan.shipper_country[i]
    plan.hubs[i], plan.receipt[i] = -1, -1
    return (39, 42)


def diverted(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Change the port of discharge while the box is at sea."""
    plan.change[i] = plans.CHANGED_DISCHARGE
    return (43, 51)


def redelivered(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Change the place of delivery while the box is at sea."""
    plan.change[i] = plans.CHANGED_DELIVERY
    return (44, 51)


def onward(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Deliver over land to another country of the region."""
    world, rng = scene.world, scene.rng
    near = np.array(world.region) == world.region[int(plan.destination[i])]
    near[int(plan.destination[i])] = False
    choice = np.flatnonzero(near)
    plan.delivery[i] = choice[rng.integers(0, len(choice))]
    return (46, 47)


def before_holiday(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Arrive just before a holiday."""
    plan.holiday[i] = True
    return (54,)


def wrong_digit(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use a container number with a wrong check digit."""
    plan.box_fault[i] = boxes.WRONG_DIGIT
    return (55,)


def cloned(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use the number of a box that is at sea under another bill."""
    plan.box_fault[i] = boxes.ELSEWHERE
    return (55, 60)


def bad_seal(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use no seal, a malformed seal, or the seal number of another box."""
    plan.seal_fault[i] = scene.rng.integers(1, 4)
    return (57,)


def stuffed_inland(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Pack and seal the box far from the port."""
    plan.receipt[i] = plan.origin[i]
    return (58,)


def odd_package_type(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use a package type that is unusual for the goods."""
    plan.unfit_package[i] = True
    return (59,)
