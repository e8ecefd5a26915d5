"""Keys: the columns that profiles are made of, from what a consignment says of its goods, ports and parties."""

from __future__ import annotations

import polars as pl

from riskscore.parties import resolve

NEEDS: dict[str, pl.DataType | type[pl.DataType]] = {
    "shipper_name": pl.String,
    "consignee_name": pl.String,
    "consignee_id": pl.String,
    "notify_name": pl.String,
    "forwarder_name": pl.String,
    "port_of_loading": pl.String,
    "port_of_discharge": pl.String,
    "place_of_delivery": pl.String,
    "origin_country": pl.String,
    "destination_country": pl.String,
    "hs_codes": pl.List(pl.String),
}
"""Canonical columns that the keys come from; one that is absent counts as null."""

MADE = ("hs6", "hs4", "hs2", "lane", "origin", "origin_destination")
"""Columns that `keys` makes."""

_CODE = r"^(?:[0-9]{2}){1,7}$"
_LOCODE = r"^[A-Z]{2}[A-Z2-9]{3}$"


def keys(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `hs6`, `hs4`, `hs2`, `lane`, `origin` and `origin_destination` (String), and party ids where absent.

    The HS columns come from the first code, without dots and spaces; null where it is missing, too short or no
    code. `lane` is 'NGAPP>VNHPH'. `origin` is the declared country, else that of the port of loading; the
    destination the declared country, else that of the place of delivery, else of the port of discharge.
    """
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in NEEDS.items() if name not in frame.columns]
    frame = frame.with_columns(absent)
    if not set(resolve.IDS) <= set(frame.columns):
        frame = resolve.add_party_ids(frame)
    destination = pl.coalesce("destination_country", _country("place_of_delivery"), _country("port_of_discharge"))
    return frame.with_columns(
        *_goods(frame),
        lane=pl.concat_str("port_of_loading", "port_of_discharge", separator=">"),
        origin=pl.coalesce("origin_country", _country("port_of_loading")),
    ).with_columns(origin_destination=pl.concat_str("origin", destination, separator=">"))


def _goods(frame: pl.DataFrame) -> pl.DataFrame:
    """`hs6`, `hs4` and `hs2` of each row; each distinct code is read once."""
    codes = frame.select(code=pl.col("hs_codes").list.first()).with_columns(hash=pl.col("code").hash())
    digits = pl.col("code").str.replace_all(r"[\s.\-]", "")
    read = (
        codes.unique("hash")
        .with_columns(digits=pl.when(digits.str.contains(_CODE) & ~digits.str.starts_with("00")).then(digits))
        .with_columns(
            pl.when(pl.col("digits").str.len_bytes() >= n).then(pl.col("digits").str.head(n)).alias(f"hs{n}")
            for n in (6, 4, 2)
        )
    )
    return codes.select("hash").join(read, on="hash", how="left", maintain_order="left").select("hs6", "hs4", "hs2")


def _country(place: str) -> pl.Expr:
    return pl.when(pl.col(place).str.contains(_LOCODE)).then(pl.col(place).str.head(2))
