"""Route on a sheet: legs, detour, and a map that shows the whole route."""

import itertools
import re

import pytest

from riskscore.reference import coast, sea
from riskscore.sheet.route import HEIGHT, WIDTH, route


def _route(*ports):
    return route({"port_of_loading": ports[0], "transhipment_ports": list(ports[1:-1]), "port_of_discharge": ports[-1]})


def _points(path):
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.e+]+) (-?[\d.e+]+)", path)]


def test_legs_add_up_and_the_detour_is_relative_to_the_direct_route():
    measured = _route("NGAPP", "SGSIN", "VNHPH")
    assert [leg[:2] for leg in measured.legs] == [
        ("Apapa (NGAPP)", "Singapore (SGSIN)"),
        ("Singapore (SGSIN)", "Haiphong (VNHPH)"),
    ]
    assert measured.sailed_km == pytest.approx(sum(km for *_, km in measured.legs))
    assert 1 < measured.detour < 1.1
    assert _route("NGAPP", "NLRTM", "VNHPH").detour > measured.detour


@pytest.mark.parametrize(
    "ports", [("NGAPP", "SGSIN", "VNHPH"), ("CNSHA", "MXZLO", "USNYC"), ("MYPKG", "SGSIN"), ("FJSUV", "CLVAP")]
)
def test_the_whole_route_is_on_the_map_without_a_jump(ports):
    drawn = _route(*ports).map
    points = _points(drawn.sailed)
    assert all(-1 <= x <= WIDTH + 1 and -1 <= y <= HEIGHT + 1 for x, y in points)
    jumps = [abs(a[0] - b[0]) for a, b in itertools.pairwise(points)]
    assert max(jumps) < WIDTH / 2
    assert [stop.role for stop in drawn.stops] == ["load", *["hub"] * (len(ports) - 2), "discharge"]
    assert drawn.land.startswith("M")


def test_a_route_over_the_date_line_has_no_jump():
    points = sea.way("JPTYO", "USLAX")
    longitudes = [lon for _, lon in points]
    assert max(abs(b - a) for a, b in itertools.pairwise(longitudes)) < 90
    assert points[0][0] == pytest.approx(35.6, abs=0.5)


def test_an_unknown_port_leaves_a_gap_and_raises_no_error():
    unknown = _route("XXXXX", "VNHPH")
    assert (unknown.sailed_km, unknown.detour, unknown.map) == (None, None, None)
    assert route({"port_of_loading": None, "transhipment_ports": None, "port_of_discharge": "VNHPH"}).legs == ()


def test_coastlines_are_complete_and_valid():
    outlines = coast.outlines()
    assert 50 < len(outlines) < 500
    assert all(points.shape[1] == 2 and abs(points[:, 1]).max() <= 90 for points in outlines)
