"""Made-up import declarations for tests: a service's own rows and fields, with what was found beside them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from riskscore.settings import Settings, parse_settings

SETTINGS = """
[row]
name = "declaration"
key = "Number"
lacks = ["container_number", "port_of_loading", "port_of_discharge", "goods_description", "consignee_name"]

[columns]
"Day" = "filed_at"
"Goods" = "hs_codes"
"Made in" = "origin_country"

[outcome]
finding = "Fraud"
words = { "0" = "clean", "1" = "seizure" }
known_after_days = 1

[field.tax_type]
from = "Tax"
kind = "key"

[field.use]
from = "Use"
kind = "category"
values = ["home", "trade"]

[field.price]
from = "Price"
kind = "number"
meaning = "price of the goods"

[field.mass]
from = "Mass"
kind = "number"

[field.price_per_kg]
of = "price"
per = "mass"
kind = "number"

[profiles]
strength = 5
stats = ["before", "seizure_rate"]
group = "record"

[profile.goods]
columns = ["hs6"]

[profile.goods_tax]
columns = ["hs6", "tax_type"]
"""

FIRST = date(2024, 1, 1)
_GOODS, _TAXES, _USES = ["610910", "640399", "850440", "220421"], ["A", "FTA", "C"], ["home", "trade"]


def settings(folder: Path, text: str = SETTINGS) -> Path:
    """The settings as a file in `folder`."""
    path = folder / "ours.toml"
    path.write_text(text, "utf-8")
    return path


def ours() -> Settings:
    """The settings as they are read."""
    import tomllib  # noqa: PLC0415

    return parse_settings(tomllib.loads(SETTINGS))


def rows(*, days: int = 120, per_day: int = 40, first: int = 0, seed: int = 0) -> pl.DataFrame:
    """Declarations as a file holds them, texts only; fraud goes by goods and tax, half of it at least."""
    rng = random.Random(f"{seed}:{first}")  # noqa: S311
    made = []
    for day in range(first, first + days):
        for place in range(per_day):
            goods, tax = rng.choice(_GOODS), rng.choice(_TAXES)
            risk = 0.6 if (goods, tax) in (("610910", "FTA"), ("220421", "C")) else 0.05
            made.append(
                {
                    "Number": str(1_000 * day + place),
                    "Day": str(FIRST + timedelta(day)),
                    "Goods": goods,
                    "Made in": rng.choice(["CN", "VN", "TR"]),
                    "Tax": tax,
                    "Use": rng.choice(_USES),
                    "Price": f"{rng.lognormvariate(6, 1):.2f}",
                    "Mass": f"{rng.lognormvariate(3, 1) + 0.1:.1f}",
                    "Fraud": str(int(rng.random() < risk)),
                }
            )
    return pl.DataFrame(made)


def file(folder: Path, name: str, frame: pl.DataFrame) -> Path:
    """`frame` as a CSV in `folder`."""
    path = folder / name
    frame.write_csv(path)
    return path
