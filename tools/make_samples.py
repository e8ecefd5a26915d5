"""Makes sample_manifests/: two reconstructed cases among simulated honest consignments, and what a demo needs.

    python tools/make_samples.py sample_manifests

The reconstructions state what is public about a case (day, route, declared goods, how the box was packed); names and
numbers are made up, and everything around them is simulated. The same code gives the same files.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from sample_rows import ams, dirty
from sample_sheet import packing_list
from stdnum import iso6346

import riskscore
from riskscore import schema
from riskscore.history.keys import NEEDS
from riskscore.parties.resolve import add_party_ids
from riskscore.simulation.traffic import one_ship

SEED = 2019
FIRST, DAYS, PER_DAY = date(2019, 1, 1), 192, 7200
REGION = ("VN", "SG", "MY", "TH", "ID", "PH", "KH", "HK", "TW", "CN")
"""Countries whose ports one-day.parquet is about, all in the neighbourhood of both cases."""

RECENT = 60
"""Days whose filings for the region are all in history.parquet."""

HAIPHONG_FILED = datetime(2019, 3, 19, tzinfo=UTC)

HONEST = 29
"""Honest consignments beside the case on its ship."""

PARTIES = ("shipper_name", "consignee_name", "consignee_id", "notify_name", "forwarder_name")
CASES = ("LOSHPH190144", "MATSGN190718")
"""Bills of the two reconstructions."""

HISTORY = sorted({*schema.REQUIRED, "version", "gross_weight_kg", *NEEDS})
"""Columns of history.parquet: those that a past is made of."""


def haiphong() -> pl.DataFrame:
    """The ship of 25 March 2019: from Lagos by way of Singapore to Haiphong, declared as plastic granules."""
    origins = ["SGSIN", "MYPKG", "CNSHK", "SGSIN", "MYPKG", "THLCH", "NGAPP", "INNSA"]
    ship = one_ship(SEED, origins=origins, port_of_discharge="VNHPH", n=HONEST, date=HAIPHONG_FILED.date())
    case = {
        "bill_of_lading": "LOSHPH190144",
        "container_number": _box("RKHU", 410_327),
        "bill_type": "straight",
        "filed_at": datetime(2019, 3, 19, 15, 42, 10, tzinfo=UTC),
        "shipper_name": "OBALENDE CREST POLYMER VENTURES",
        "shipper_address": "SHOP 14, PLAZA B, APAPA, LAGOS",
        "shipper_country": "NG",
        "consignee_name": "SONG BACH HAI FREIGHT FORWARDING SERVICES CO LTD",
        "consignee_address": "ROOM 503, 22 LANE 8 BEN CANG STREET, HAI PHONG",
        "consignee_country": "VN",
        "notify_name": "SAME AS CONSIGNEE",
        "place_of_receipt": "NGAPP",
        "port_of_loading": "NGAPP",
        "transhipment_ports": ["SGSIN"],
        "port_of_discharge": "VNHPH",
        "place_of_delivery": "VNHPH",
        "origin_country": "NG",
        "destination_country": "VN",
        "loaded_at": datetime(2019, 2, 9, 6, 30, tzinfo=UTC),
        "arrives_at": datetime(2019, 3, 25, 9, 36, tzinfo=UTC),
        "goods_description": "PLASTIC GRANULES",
        "hs_codes": ["390210"],
        "package_count": 431,  # 120 bags of seed in front of 311 packages of scales
        "package_type": "BAG",
        "gross_weight_kg": 14_250.0,
        "declared_value": 9_800.0,
        "currency": "USD",
        "container_type": "22G1",
        "seal_numbers": ["NG0038812"],
        "freight_terms": "prepaid",
    }
    return _among(ship, [case])


def singapore() -> pl.DataFrame:
    """The ship of 21 July 2019: from Matadi by way of Singapore to Vietnam, declared as timber."""
    origins = ["LKCMB", "INNSA", "CNSHA", "AEJEA", "IDTPP", "INMUN", "CDMAT", "AOLAD"]
    ship = one_ship(SEED + 1, origins=origins, port_of_discharge="SGSIN", n=HONEST, date=date(2019, 7, 15))
    case = {
        "bill_of_lading": "MATSGN190718",
        "bill_type": "straight",
        "filed_at": datetime(2019, 7, 15, 11, 5, 48, tzinfo=UTC),
        "shipper_name": "ETS KIMWENZA BOIS ET NEGOCE",
        "shipper_address": "12 AVENUE DU PORT, MATADI",
        "shipper_country": "CD",
        "consignee_name": "DAI LAM MOC IMPORT EXPORT TRADING CO LTD",
        "consignee_address": "87/4 HAMLET 3, BINH DUONG PROVINCE",
        "consignee_country": "VN",
        "notify_name": "SAME AS CONSIGNEE",
        "port_of_loading": "CDMAT",
        "transhipment_ports": ["SGSIN"],
        "port_of_discharge": "VNHPH",
        "place_of_delivery": "VNHPH",
        "origin_country": "CD",
        "destination_country": "VN",
        "loaded_at": datetime(2019, 6, 3, 18, 0, tzinfo=UTC),
        "arrives_at": datetime(2019, 7, 25, 4, 0, tzinfo=UTC),
        "goods_description": "TIMBER",
        "hs_codes": ["440399"],
        "package_type": "PCS",
        "container_type": "22G1",
        "freight_terms": "prepaid",
    }
    boxes = [
        {"container_number": _box("TVQU", 220_416 + 7 * n), "package_count": pieces, "gross_weight_kg": kg}
        | {"seal_numbers": [f"CD{71_204 + n}"]}
        for n, (pieces, kg) in enumerate([(180, 15_600.0), (176, 15_450.0), (182, 15_720.0)])
    ]
    return _among(ship, [case | box for box in boxes])


def _box(owner: str, serial: int) -> str:
    """A container number with its right check digit."""
    number = f"{owner}{serial:06}"
    return number + iso6346.calc_check_digit(number)


def _among(ship: pl.DataFrame, cases: list[dict[str, Any]]) -> pl.DataFrame:
    """Put the cases on the ship, somewhere among its honest boxes."""
    voyage = {name: ship[name].drop_nulls().mode().sort()[0] for name in ("vessel_name", "vessel_imo", "voyage")}
    told = schema.conform(
        pl.DataFrame([case | voyage | {"version": 1} for case in cases], schema_overrides=_types(cases))
    )
    honest = schema.conform(ship)
    return pl.concat([honest[:11], told, honest[11:]]).drop("goods_items")


def _types(cases: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: dtype for name, dtype in schema.COLUMNS.items() if name in cases[0]}


def one_day(world: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The filings of the world's last day for ports of the region, and `cases` as if filed on that day."""
    day = world.filter(pl.col("filed_at").dt.date() == pl.col("filed_at").dt.date().max())
    moved = pl.lit(day["filed_at"].dt.date().max()) - pl.col("filed_at").dt.date()
    dated = cases.with_columns(pl.col("filed_at", "loaded_at", "arrives_at") + moved)
    return pl.concat([day.drop("goods_items"), dated]).sort("filed_at", *schema.KEY)


def past(world: pl.DataFrame, samples: list[pl.DataFrame]) -> pl.DataFrame:
    """What the region's customs know from before, as far as the samples need it and a small file can hold it.

    All filings of the RECENT days before the last one, those for Vietnam before the ship of March, and the first filing
    of each party that occurs in the samples. Moments are cut to days, which is what a past is made of.
    """
    named = add_party_ids(pl.concat([sample.select(schema.KEY + PARTIES) for sample in samples]))
    filed = add_party_ids(world).sort("filed_at", *schema.KEY).with_columns(pl.col("filed_at").dt.truncate("1d"))
    last = filed["filed_at"].max()
    recent = pl.col("filed_at") >= pl.lit(last) - pl.duration(days=RECENT)
    vietnam = pl.col("port_of_discharge").str.starts_with("VN") & (pl.col("filed_at") < HAIPHONG_FILED)
    first = [
        pl.col(party).is_in(named[party].drop_nulls().unique().implode()) & pl.col(party).is_first_distinct()
        for party in ("consignee_key", "shipper_id")
    ]
    kept = filed.filter(pl.any_horizontal(recent, vietnam, *first) & (pl.col("filed_at") < last))
    return kept.sort("filed_at", "port_of_discharge", *schema.KEY).select(
        name for name in schema.COLUMNS if name in HISTORY
    )


def regional(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Simulate the months before, and return the filings for the region's ports, and all outcomes."""
    riskscore.simulate(folder, days=DAYS, per_day=PER_DAY, seed=SEED, start=FIRST)
    days = [pl.scan_parquet(day) for day in sorted((folder / "manifests").glob("*.parquet"))]
    here = pl.col("port_of_discharge").str.head(2).is_in(REGION)
    return pl.concat(days).filter(here).collect(), pl.read_parquet(folder / "outcomes.parquet")


def write_xlsx(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` as a spreadsheet that is the same every time."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(2019, 1, 1)})
        frame.write_excel(book, worksheet="manifest")


def main(folder: Path) -> None:
    """Write every sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    ships = {"haiphong-2019": haiphong(), "singapore-2019": singapore()}
    for name, ship in ships.items():
        _as_text(ship).write_csv(folder / f"{name}.csv")
    text = _as_text(ships["haiphong-2019"])
    text.write_ndjson(folder / "thirty.jsonl")
    write_xlsx(text, folder / "thirty.xlsx")
    with tempfile.TemporaryDirectory() as build:
        world, outcomes = regional(Path(build) / "world")
    cases = pl.concat([ship.filter(pl.col("bill_of_lading").is_in(CASES)) for ship in ships.values()])
    day = one_day(world, cases)
    history = past(world, [day, *ships.values()])
    day.write_parquet(folder / "one-day.parquet", compression_level=19)
    history.write_parquet(folder / "history.parquet", compression_level=19)
    outcomes.join(history, on=schema.KEY, how="semi").write_parquet(folder / "outcomes.parquet", compression_level=19)
    west = one_ship(
        SEED + 2, origins=["VNSGN", "CNSHA", "INNSA"], port_of_discharge="USLAX", n=30, date=date(2019, 7, 1)
    )
    ams(west, folder / "ams-headings.csv")
    dirty(text, folder / "dirty.csv")
    packing_list(folder / "packing-list.xlsx")


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """What a text file can hold: lists as `a|b`, moments as ISO 8601, figures to three decimals.

    Columns without any value are left out.
    """
    return frame.with_columns(
        pl.selectors.list().list.join("|", ignore_nulls=True).replace("", None),
        pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        pl.selectors.float().round(3),
    ).select(column.name for column in frame if column.null_count() < frame.height)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/make_samples.py FOLDER")
    main(Path(sys.argv[1]))
