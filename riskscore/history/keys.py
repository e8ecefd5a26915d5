"""Keys: the columns that profiles are made of, from the goods, ports and parties of a consignment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from riskscore import reference
from riskscore.history.hashes import combined, mixed
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
"""Canonical columns that the keys are made from; a missing one counts as null."""

MADE = ("hs6", "hs4", "hs2", "lane", "origin", "origin_destination")
"""Columns that `keys` adds."""

_CODE = r"^(?:[0-9]{2}){1,7}$"


_PLACES = ("port_of_loading", "port_of_discharge", "place_of_delivery", "origin_country", "destination_country")


def keys(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `hs6`, `hs4`, `hs2`, `lane`, `origin` and `origin_destination` (String), and party ids where missing.

    The HS columns come from the first code, without dots and spaces; null where it is missing, too short or not a
    code. `lane` is 'NGAPP>VNHPH', and null where a port is not known. `origin` is the declared country, else the
    country of the port of loading. The destination is the declared country, else that of the place of delivery, else
    that of the port of discharge.
    """
    if not set(resolve.IDS) <= set(frame.columns):
        frame = resolve.add_party_ids(frame)
    return goods_and_places(frame)


def goods_and_places(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of MADE, as `keys` does, without party ids."""
    frame = frame.with_columns(_missing(frame))
    return frame.with_columns(_made(frame, MADE, pl.col))


def hashed(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return exactly `columns` as UInt64 hashes, null where the value is null; those of MADE are made first.

    Party ids in `columns` must be in `frame`, as text or as hashes.
    """
    frame = frame.with_columns(_missing(frame))
    wanted = [name for name in MADE if name in columns]
    own = [name for name in columns if name not in MADE]
    return (
        frame.select(pl.col(name) if frame[name].dtype == pl.UInt64 else combined([name]).alias(name) for name in own)
        .with_columns(_made(frame, wanted, lambda name: combined([name]).alias(name)))
        .select(columns)
    )


def _missing(frame: pl.DataFrame) -> list[pl.Expr]:
    return [pl.lit(None, dtype).alias(name) for name, dtype in NEEDS.items() if name not in frame.columns]


def _made(frame: pl.DataFrame, columns: Sequence[str], select: Callable[[str], pl.Expr]) -> list[pl.Series]:
    """Those `columns` of MADE, each through `select`; equal goods or places of several rows are read once."""
    goods = frame.select(code=pl.col("hs_codes").list.first())
    tables = [_once(goods, ("code",), read_codes), _once(frame, _PLACES, _lanes)]
    series = [
        rows.join(
            distinct.select("hash", *(select(name) for name in columns if name in distinct.columns)),
            on="hash",
            how="left",
            maintain_order="left",
        )
        for rows, distinct in tables
    ]
    return [each[name] for each in series for name in columns if name in each.columns]


def _once(
    frame: pl.DataFrame, of: Sequence[str], read: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The `hash` of the columns `of` in each row of `frame`, and the distinct ones with what `read` adds to them."""
    rows = frame.select(hash=mixed(of))
    first = rows["hash"].arg_unique()
    return rows, read(frame.select(of)[first].with_columns(rows["hash"].gather(first)))


def read_codes(codes: pl.DataFrame) -> pl.DataFrame:
    """Add `hs6`, `hs4` and `hs2` (String) to each `code`; null where it is missing, too short or not a code."""
    digits = pl.col("code").str.replace_all(r"[\s.\-]", "")
    return codes.with_columns(
        digits=pl.when(digits.str.contains(_CODE) & ~digits.str.starts_with("00")).then(digits)
    ).with_columns(
        pl.when(pl.col("digits").str.len_bytes() >= n).then(pl.col("digits").str.head(n)).alias(f"hs{n}")
        for n in (6, 4, 2)
    )


def _lanes(places: pl.DataFrame) -> pl.DataFrame:
    """Add `lane`, `origin` and `origin_destination` to each combination of places."""
    destination = pl.coalesce(
        "destination_country",
        reference.country_of_place("place_of_delivery"),
        reference.country_of_place("port_of_discharge"),
    )
    return places.with_columns(
        lane=pl.concat_str(*map(reference.known_place, ("port_of_loading", "port_of_discharge")), separator=">"),
        origin=pl.coalesce("origin_country", reference.country_of_place("port_of_loading")),
    ).with_columns(origin_destination=pl.concat_str("origin", destination, separator=">"))
