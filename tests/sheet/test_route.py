"""The route of a sheet: legs, detour, and a map that shows all of it."""

import itertools
import re

import pytest

from riskscore.reference import coast, sea
from riskscore.sheet.route import HEIGHT, WIDTH, route


def _route(*ports):
    return route({"port_of_loading": ports[0], "transhipment_ports": list(ports[1:-1]), "port_of_discharge": ports[-1]})


def _points(path):
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.e+]+) (-?[\d.e+]+)", path)]


def test_legs_add_up_and_the_detour_is_told_against_the_direct_way():
    found = _route("NGAPP", "SGSIN", "VNHPH")
    assert [leg[:2] for leg in found.legs] == [
        ("Apapa (NGAPP)", "Singapore (SGSIN)"),
        ("Singapore (SGSIN)", "Haiphong (VNHPH)"),
    ]
    assert found.sailed_km == pytest.approx(sum(km for *_, km in found.legs))
    assert 1 < found.detour < 1.1
    assert _route("NGAPP", "NLRTM", "VNHPH").detour > found.detour


@pytest.mark.parametrize(
    "ports", [("NGAPP", "SGSIN", "VNHPH"), ("CNSHA", "MXZLO", "USNYC"), ("MYPKG", "SGSIN"), ("FJSUV", "CLVAP")]
)
def test_everything_sailed_is_on_the_map_without_a_jump(ports):
    drawn = _route(*ports).map
    way = _points(drawn.sailed)
    assert all(-1 <= x <= WIDTH + 1 and -1 <= y <= HEIGHT + 1 for x, y in way)
    jumps = [abs(a[0] - b[0]) for a, b in itertools.pairwise(way)]
    assert max(jumps) < WIDTH / 2
    assert [stop.role for stop in drawn.stops] == ["load", *["hub"] * (len(ports) - 2), "discharge"]
    assert drawn.land.startswith("M")


def test_a_way_over_the_date_line_runs_on():
    way = sea.way("JPTYO", "USLAX")
    east = [lon for _, lon in way]
    assert max(abs(b - a) for a, b in itertools.pairwise(east)) < 90
    assert way[0][0] == pytest.approx(35.6, abs=0.5)


def test_a_port_that_nobody_knows_leaves_a_gap_and_no_error():
    found = _route("XXXXX", "VNHPH")
    assert (found.sailed_km, found.detour, found.map) == (None, None, None)
    assert route({"port_of_loading": None, "transhipment_ports": None, "port_of_discharge": "VNHPH"}).legs == ()


def test_coastlines_are_the_continents_first():
    outlines = coast.outlines()
    assert 50 < len(outlines) < 500
    assert all(points.shape[1] == 2 and abs(points[:, 1]).max() <= 90 for points in outlines)
