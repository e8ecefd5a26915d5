"""Limits: where the red lane ends, as the margin below which a consignment is out of it.

a probability ─▶ its margin                      a rank ─▶ the margin of the next consignment after it
"""

from __future__ import annotations

import polars as pl

from riskscore.errors import SettingsError
from riskscore.model.calibration import Platt


def parse(text: str) -> float | int:
    """Read a limit: `0.05` and `5%` are probabilities (float), `20` is a rank (int). Raises SettingsError otherwise."""
    plain = text.strip()
    try:
        if plain.isdecimal():
            return int(plain)
        return float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        raise SettingsError(f"{text!r} is not a limit; give a probability (0.05 or 5%) or a rank (20)") from None


def margin(scored: pl.DataFrame, limit: float | int, calibration: Platt) -> float | None:
    """Return the margin (log-odds) at which the red lane ends among `scored` (`margin`, `rank`).

    `limit` is a probability (float, between 0 and 1) or the number of consignments in the lane (int, 1 or more). With a
    number, a consignment leaves the lane when the next one takes its place. None if all consignments are in the lane.
    Raises SettingsError for other numbers.
    """
    if isinstance(limit, float):
        if not 0 < limit < 1:
            raise SettingsError(f"a limit is a probability between 0 and 1 or a rank of at least 1, not {limit:g}")
        return calibration.margin(limit)
    if limit < 1:
        raise SettingsError(f"a limit is a probability between 0 and 1 or a rank of at least 1, not {limit}")
    next_margin = scored.filter(pl.col("rank") == limit + 1)["margin"]
    return float(next_margin.item()) if next_margin.len() else None
