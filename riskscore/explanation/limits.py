"""Limits: where the red lane ends, as the margin that a consignment has to be below to be out of it.

a probability ─▶ its margin                      a rank ─▶ the margin of the first consignment behind it
"""

from __future__ import annotations

import polars as pl

from riskscore.errors import SettingsError
from riskscore.model.calibration import Platt


def parse(text: str) -> float | int:
    """A limit as written: `0.05` and `5%` are probabilities, `20` is a rank. Raises SettingsError on others."""
    plain = text.strip()
    try:
        if plain.isdecimal():
            return int(plain)
        return float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        raise SettingsError(f"{text!r} is no limit; give a probability (0.05 or 5%) or a rank (20)") from None


def margin(scored: pl.DataFrame, limit: float | int, calibration: Platt) -> float | None:
    """The margin at which the red lane ends among `scored` (`margin`, `rank`); None where nobody is left outside it.

    `limit` is a probability (float, 0 to 1) or how many of the riskiest are in the lane (int, 1 or more): one of them
    is out of it once another takes its place. Raises SettingsError for other numbers.
    """
    if isinstance(limit, float):
        if not 0 < limit < 1:
            raise SettingsError(f"a limit is a probability between 0 and 1 or a rank from 1 on, not {limit:g}")
        return calibration.margin(limit)
    if limit < 1:
        raise SettingsError(f"a limit is a probability between 0 and 1 or a rank from 1 on, not {limit}")
    behind = scored.filter(pl.col("rank") == limit + 1)["margin"]
    return float(behind.item()) if behind.len() else None
