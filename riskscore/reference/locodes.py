"""The whole list of UN/LOCODE, as the package pyunlocode ships it: ports, terminals, airports and inland places.

    CodeListPart1..3.csv of the package ─▶ locodes: code, name, country, whether it is a port

The files are read, and the package is never imported.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from riskscore import folders
from riskscore.errors import ReferenceDataError
from riskscore.reference.tables import countries

PACKAGE = "pyunlocode"
_COLUMNS = ["change", "country", "place", "name", "plain", "division", "function"]
_SCHEMA = {"locode": pl.String, "name": pl.String, "country": pl.String, "division": pl.String, "is_port": pl.Boolean}


@cache
def locodes() -> pl.DataFrame:
    """Return every place of UN/LOCODE once per name: `locode`, `name`, `country`, `division`, `is_port`.

    `division` is the code of the state or province without that of the country: CA for US-CA. A name such
    as 'Mumbai (ex Bombay)' is listed as Mumbai and as Bombay. `is_port` says that the place has a seaport.
    Raises ReferenceDataError where the list is missing or malformed, SettingsError where the package is not installed.
    """
    listed = pl.concat([_read(file) for file in _files()]).filter(
        pl.col("place").str.contains(r"^[A-Z2-9]{3}$"), pl.col("change").fill_null("") != "X"
    )
    listed = listed.select(
        name=pl.coalesce("plain", "name"),
        locode=pl.col("country") + pl.col("place"),
        country="country",
        division="division",
        is_port=pl.col("function").str.starts_with("1").fill_null(False),
    )
    listed = listed.join(countries().select(country="code"), on="country", how="semi")
    several = listed.filter(pl.col("name").str.contains("[(,]"))
    short = several.with_columns(pl.col("name").str.replace(r"\s*[(,].*$", ""))
    bracket = several.with_columns(pl.col("name").str.extract(r"\((?:ex )?([^()]+)\)", 1)).drop_nulls("name")
    every = pl.concat([listed, short, bracket]).filter(pl.col("name") != "")
    return every.select(list(_SCHEMA)).unique(["locode", "name"], keep="first", maintain_order=True)


def _files() -> list[Path]:
    files = sorted((folders.package(PACKAGE) / "csv").glob("*CodeList*.csv"))
    if not files:
        raise ReferenceDataError(f"the package {PACKAGE} has no list of UN/LOCODE; install riskscore again")
    return files


def _read(path: Path) -> pl.DataFrame:
    try:
        text = path.read_bytes().decode("latin-1").encode()
        frame = pl.read_csv(text, has_header=False, infer_schema=False, truncate_ragged_lines=True)
        return frame.select(pl.col(old).alias(new) for old, new in zip(frame.columns, _COLUMNS, strict=False))
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise ReferenceDataError(
            f"the list of UN/LOCODE {path} cannot be read ({reason}); install {PACKAGE} again"
        ) from None
