"""Places: ports with coordinates, and the names that manifests call them by.

searoute's list of ports ─┐
ports_extra.csv ──────────┴─▶ ports ─┬─▶ port_names
                      port_aliases.csv ┘
"""

from __future__ import annotations

import json
from functools import cache

import polars as pl

from riskscore import folders
from riskscore.errors import ReferenceDataError
from riskscore.reference.tables import countries, load, ports_major

_LETTERS = {
    "Ø": "O",
    "Æ": "AE",
    "Œ": "OE",
    "Å": "A",
    "Ł": "L",
    "Đ": "D",
    "Ð": "D",
    "Þ": "TH",
    "İ": "I",
}
"""Latin letters that have no accent to take off."""

_ALIAS = -1e9
"""Rank of a name from port_aliases.csv; others rank by minus their port's thousand TEU, lowest first."""

_MISPLACED = ("ZAPOR", "IDCHN")
"""Ports that searoute lists under a country that they are not in: Zaporizhzhia (Ukraine), Duncannon (Ireland)."""


@cache
def ports() -> pl.DataFrame:
    """Every known port once: `locode` (UN/LOCODE), `name`, `country`, `lat`, `lon` (degrees).

    Where both lists have a port, `ports_extra.csv` is right. Codes of countries that are no more are left out.
    """
    extra = load("ports_extra").select("locode", "name", "lat", "lon")
    listed = _searoute_ports().filter(
        pl.col("locode").str.contains(r"^[A-Z]{2}[A-Z2-9]{3}$"), ~pl.col("locode").is_in(_MISPLACED)
    )
    both = pl.concat([extra, listed]).unique("locode", keep="first", maintain_order=True)
    both = both.select("locode", "name", pl.col("locode").str.head(2).alias("country"), "lat", "lon")
    return both.join(countries(), left_on="country", right_on="code", how="semi").sort("locode")


def _searoute_ports() -> pl.DataFrame:
    try:  # its folder is enough: importing it loads networkx
        text = (folders.package("searoute") / "data" / "ports.geojson").read_text(encoding="utf-8")
    except OSError:
        raise ReferenceDataError("searoute's list of ports is missing; install searoute 1.6 or newer again") from None
    rows = [
        (port["properties"]["port"], port["properties"]["name"], *port["geometry"]["coordinates"][::-1])
        for port in json.loads(text)["features"]
    ]
    schema = {"locode": pl.String, "name": pl.String, "lat": pl.Float64, "lon": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def plain_name(name: pl.Expr) -> pl.Expr:
    """Bring the name of a place to capital ASCII letters and single spaces, as `port_names` has it."""
    plain = name.str.to_uppercase().str.replace_many(list(_LETTERS), list(_LETTERS.values()))
    plain = plain.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_all("['`\u2019]", "")
    return plain.str.replace_all(r"[^A-Z]+", " ").str.strip_chars()


@cache
def port_names() -> pl.DataFrame:
    """Names of ports, each once: `name` (as `plain_name` gives it), `locode`.

    A name stands alone, and again with its country's name or code behind it. A name that several ports bear
    means an alias first, then the busiest of the major ports; where none is major, none is meant.
    """
    aliases = load("port_aliases").select("name", "locode", rank=pl.lit(_ALIAS))
    own = ports().select("name", "locode")
    short = own.with_columns(pl.col("name").str.replace(r"\s*\(.*\)$", ""))
    named = pl.concat([own, short]).join(ports_major(), on="locode", how="left")
    named = named.select("name", "locode", rank=-pl.col("teu").fill_null(0.0))
    every = pl.concat([aliases, named]).with_columns(plain_name(pl.col("name")))
    code = pl.col("locode").str.head(2)
    behind = every.with_columns(code=code).join(
        countries().select("code", country=plain_name(pl.col("name"))), on="code", how="left"
    )
    with_land = [
        behind.drop_nulls(land).select(pl.concat_str("name", land, separator=" "), "locode", "rank")
        for land in ("country", "code")
    ]
    names = pl.concat([every, *with_land]).filter(pl.col("name").str.len_chars() > 2)
    alone = pl.col("locode").n_unique().over("name") == 1
    return (
        names.filter(alone | (pl.col("rank") < 0))
        .sort("rank", "locode")
        .unique("name", keep="first", maintain_order=True)
        .select("name", "locode")
        .sort("name")
    )
