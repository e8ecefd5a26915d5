"""Made-up permits for tests: lines of shipments without a key, with what was found, its day, and what was done then."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl

FIRST = date(2023, 3, 1)
SPECIES, FIRMS = [f"T{place:02d}" for place in range(12)], [f"Firm {place}" for place in range(15)]
RISKY = {(FIRMS[place], SPECIES[(place * 5) % 12]) for place in range(10)}


def rows(*, days: int = 120, per_day: int = 40, seed: int = 0) -> pl.DataFrame:
    """Lines as a file holds them, texts only. Finds go by firm and species together, and hardly by either alone."""
    rng = random.Random(seed)  # noqa: S311
    made = []
    for day in range(days):
        filed = FIRST + timedelta(day)
        for place in range(per_day):
            firm, species = rng.choice(FIRMS), rng.choice(SPECIES)
            is_found = rng.random() < (0.6 if (firm, species) in RISKY else 0.02)
            later = filed + timedelta(rng.randint(2, 20))
            made.append(
                {
                    "permit": str(1_000 * day + place // 2),
                    "shipped on": str(filed),
                    "species": species,
                    "exporter firm": firm,
                    "amount": f"{rng.lognormvariate(2, 1):.2f}",
                    "amount unit": rng.choice(["KG", "NO"]),
                    "marks seen": rng.choice(["NA", "red", "blue"]),
                    "regime": "I",
                    "disposition": "Seized" if is_found else rng.choice(["Cleared"] * 30 + ["Re-exported"]),
                    "disposition date": str(later),
                    "step taken": "R2" if is_found else rng.choice(["A0", "A1"]),
                    "keeper": rng.choice(["Room 1", "Room 2"]) if is_found else "",
                }
            )
    return pl.DataFrame(made)
