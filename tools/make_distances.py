"""Make features/reference/sea_distances.parquet again: kilometres by sea between the ports that matter.

    python tools/make_distances.py

The ports are the major ones, those of ports_extra.csv, the hubs, the gateways and the ports that aliases name. One
direction of each pair is written; the other is the same path.
"""

from __future__ import annotations

import polars as pl

from riskscore import export, folders, reference
from riskscore.reference import sea
from riskscore.reference.tables import load

TABLES = ("ports_major", "ports_extra", "hubs", "gateways", "port_aliases")


def main() -> None:
    """Measure every pair once and write the table."""
    codes = pl.concat([load(table).select(port="locode") for table in TABLES]).unique().sort("port")
    pairs = codes.rename({"port": "from_port"}).join(codes.rename({"port": "to_port"}), how="cross")
    km = sea.measure(pairs.filter(pl.col("from_port") <= pl.col("to_port")))
    if codes.join(reference.ports(), left_on="port", right_on="locode", how="anti").height:
        raise SystemExit("a table names a port that reference.ports() does not know")
    code = pl.Enum(codes["port"])
    table = km.sort("from_port", "to_port").with_columns(
        pl.col("from_port", "to_port").cast(code).cast(pl.Categorical), pl.col("km").round(0).cast(pl.UInt16)
    )
    path = folders.reference() / "sea_distances.parquet"
    export.check(path)
    table.write_parquet(path, compression="zstd", compression_level=19)
    print(f"{path}: {codes.height} ports, {table.height} pairs, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
