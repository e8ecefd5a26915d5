"""Run as a process that appends to the outcomes of a lake: python writer.py URI hand|nightly FIRST LAST [EACH]

It prints `ready` once it has loaded, and each number after its commit. Number N is EACH rows with bill N, written by
hand or as nightly run N.
"""

import sys
from datetime import date, timedelta

import polars as pl

from riskscore.lake.open import open_lake


def outcomes(number: int, each: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "bill_of_lading": [str(number)] * each,
            "container_number": [f"TOYU{row:07}" for row in range(each)],
            "finding": ["clean"] * each,
        }
    ).with_columns(night=pl.lit(date(2024, 3, 1) + timedelta(days=number % 28)))


def main(uri: str, way: str, first: str, last: str, each: str = "2") -> None:
    lake = open_lake(uri)
    print("ready", flush=True)
    for number in range(int(first), int(last)):
        lake.append("outcomes", outcomes(number, int(each)), run=number if way == "nightly" else None)
        print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
