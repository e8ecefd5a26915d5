"""The values that reasons quote are true of the consignment and in plain language."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from riskscore.features import build
from riskscore.features.evidence import evidence
from riskscore.schema import conform

FILED = datetime(2024, 3, 1, 12, tzinfo=UTC)
ROW = {
    "bill_of_lading": "B1",
    "container_number": "MSCU1234566",
    "filed_at": FILED,
    "port_of_loading": "DEHAM",
    "port_of_discharge": "SGSIN",
    "goods_description": "SOYA BEANS",
    "hs_codes": ["120190"],
}


def _quoted(**fields: object) -> dict[str, object]:
    rows = conform(pl.DataFrame([ROW | fields]))
    return evidence(build.facts(rows)).row(0, named=True)


@pytest.mark.parametrize(
    ("fields", "quoted"),
    [
        ({"origin_country": "NG"}, {"source_name": "Nigeria"}),
        ({"origin_country": "DE", "port_of_loading": "NGAPP"}, {"source_name": "Nigeria"}),
        ({"origin_country": "FR"}, {"source_name": "France", "narcotics_name": "France"}),
        ({"origin_country": "DE", "port_of_loading": "COBUN"}, {"narcotics_name": "Colombia"}),
        ({"destination_country": "DE", "port_of_discharge": "VNHPH"}, {"market_name": "Vietnam"}),
        ({"destination_country": "DE", "port_of_discharge": "VNHPH"}, {"far_name": "Vietnam"}),
        ({"destination_country": "DE", "port_of_discharge": "MYPKG"}, {"far_name": "Malaysia"}),
        ({"consignee_country": "VN"}, {"consignee_country": "Vietnam"}),
        ({"shipper_country": "XX"}, {"shipper_country": "XX"}),
        ({"place_of_delivery": "CNWUH"}, {"place_of_delivery": "Wuhan (CNWUH)"}),
        ({"origin_country": "CD"}, {"origin_name": "Democratic Republic of the Congo"}),
    ],
)  # fmt: skip
def test_the_named_country_is_the_right_one(fields: dict[str, str], quoted: dict[str, str]) -> None:
    row = _quoted(**fields)
    assert {name: row[name] for name in quoted} == quoted


def test_a_country_without_such_trade_has_a_share_of_zero() -> None:
    shares = ("origin_import_2_share", "destination_export_4_share", "destination_export_2_share")
    quoted = _quoted(origin_country="XX", destination_country="XX")
    assert [quoted[name] for name in shares] == [0.0, 0.0, 0.0]
    assert 0 < _quoted(destination_country="US")["destination_export_4_share"] < 1


@pytest.mark.parametrize(
    ("days", "filed", "loaded"),
    [
        (20.8, "20.8 days before arrival", "20.8 days before loading"),
        (1, "1 day before arrival", "1 day before loading"),
        (-2.6, "2.6 days after arrival", "2.6 days after loading"),
        (-7, "7 days after arrival", "7 days after loading"),
        (0.01, "within an hour or so of arrival", "within an hour or so of loading"),
        (None, None, None),
    ],
)
def test_a_time_is_described_as_before_or_after(days: float | None, filed: str | None, loaded: str | None) -> None:
    moment = None if days is None else FILED + timedelta(days=days)
    row = _quoted(arrives_at=moment, loaded_at=moment)
    assert (row["filed_to_arrival"], row["loading_to_filed"]) == (filed, loaded)


def test_a_consignee_without_a_name_is_named_by_its_number() -> None:
    assert _quoted(consignee_id="5619588473")["consignee"] == "consignee number 5619588473"
    assert _quoted(consignee_id="5619588473", consignee_name="OAK LTD")["consignee"] == "OAK LTD"


def test_a_kind_of_cover_load_is_written_in_words() -> None:
    assert _quoted()["cover_kind"] == "beans seeds"
