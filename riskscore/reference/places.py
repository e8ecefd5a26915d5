"""Ports with their coordinates, and the names that manifests use for them.

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
"""Latin letters that Unicode does not split into a letter and an accent."""

_ALIAS = -1e9
"""Rank of a name from port_aliases.csv; the rank of others is minus their port's thousand TEU. The lowest wins."""

_MISPLACED = ("ZAPOR", "IDCHN")
"""Ports that searoute lists under the wrong country: Zaporizhzhia (Ukraine), Duncannon (Ireland)."""


@cache
def ports() -> pl.DataFrame:
    """Return every known port once: `locode` (UN/LOCODE), `name`, `country`, `lat`, `lon` (degrees).

    Sources are searoute's list and `ports_extra.csv`, which counts where both have a port. Ports with the code of a
    former country are left out.
    """
    extra = load("ports_extra").select("locode", "name", "lat", "lon")
    listed = _searoute_ports().filter(
        pl.col("locode").str.contains(r"^[A-Z]{2}[A-Z2-9]{3}$"), ~pl.col("locode").is_in(_MISPLACED)
    )
    both = pl.concat([extra, listed]).unique("locode", keep="first", maintain_order=True)
    both = both.select("locode", "name", pl.col("locode").str.head(2).alias("country"), "lat", "lon")
    return both.join(countries(), left_on="country", right_on="code", how="semi").sort("locode")


def _searoute_ports() -> pl.DataFrame:
    try:  # only the file: importing searoute loads networkx
        text = (folders.package("searoute") / "data" / "ports.geojson").read_text(encoding="utf-8")
    except OSError:
        raise ReferenceDataError(
            "the list of ports of searoute is missing; install searoute 1.6 or newer again"
        ) from None
    rows = [
        (port["properties"]["port"], port["properties"]["name"], *port["geometry"]["coordinates"][::-1])
        for port in json.loads(text)["features"]
    ]
    schema = {"locode": pl.String, "name": pl.String, "lat": pl.Float64, "lon": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def plain_name(name: pl.Expr) -> pl.Expr:
    """Reduce the name of a place to capital ASCII letters and single spaces, as in `port_names`."""
    return plain_letters(name).str.replace_all(r"[^A-Z]+", " ").str.strip_chars()


def plain_letters(text: pl.Expr) -> pl.Expr:
    """`text` in capitals, without accents and apostrophes; letters of other scripts than the Latin one stay."""
    plain = text.str.to_uppercase().str.replace_many(list(_LETTERS), list(_LETTERS.values()))
    return plain.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_all("['`\u2019]", "")


@cache
def port_names() -> pl.DataFrame:
    """Return the names of ports, each once: `name` (as `plain_name` writes it), `locode`.

    Each name is listed alone, and with the name or code of its country after it. Where several ports share a name, an
    alias counts first, then the busiest of the major ports; where none is major, the name is left out.
    """
    aliases = load("port_aliases").select("name", "locode", rank=pl.lit(_ALIAS))
    listed_names = ports().select("name", "locode")
    short = listed_names.with_columns(pl.col("name").str.replace(r"\s*\(.*\)$", ""))
    named = pl.concat([listed_names, short]).join(ports_major(), on="locode", how="left")
    named = named.select("name", "locode", rank=-pl.col("teu").fill_null(0.0))
    every = pl.concat([aliases, named]).with_columns(plain_name(pl.col("name")))
    every = every.filter(pl.col("name") != "")  # names in other scripts than the Latin one are in `towns`
    code = pl.col("locode").str.head(2)
    with_country = every.with_columns(code=code).join(
        countries().select("code", country=plain_name(pl.col("name"))), on="code", how="left"
    )
    with_land = [
        with_country.drop_nulls(land).select(pl.concat_str("name", land, separator=" "), "locode", "rank")
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
