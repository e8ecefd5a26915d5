"""Each flag speaks where it should, and is silent on an honest consignment."""

from datetime import UTC, datetime
from string import Formatter

import polars as pl
import pytest

from riskscore.features import build, catalogue
from riskscore.features.evidence import evidence
from riskscore.history.past import Past

from .conftest import HONEST, consignments

WEST_AFRICA_TO_VIETNAM = {
    "port_of_loading": "NGAPP",
    "origin_country": "NG",
    "place_of_receipt": "NGAPP",
    "port_of_discharge": "VNHPH",
    "destination_country": "VN",
    "place_of_delivery": "VNHPH",
    "transhipment_ports": ["MYPKG"],
}

ECUADOR_TO_BELGIUM = {
    "port_of_loading": "ECGYE",
    "origin_country": "EC",
    "port_of_discharge": "BEANR",
    "destination_country": "BE",
}

SPEAKS = [
    ("description_vague", {"goods_description": "said to contain general cargo"}),
    ("description_unread", {"goods_description": "zzkwq bwrrt"}),
    ("description_language_unusual", {"goods_description": "granulés de matière plastique, graines de sésame"}),
    ("hs_missing", {"hs_codes": None}),
    ("cover_load", {"goods_description": "raw cashew nuts in shell", "hs_codes": ["080131"]}),
    ("cover_named_under_other_code", {"goods_description": "cashew nuts in shell", "hs_codes": ["841370"]}),
    ("listed_timber", {"goods_description": "rosewood sawn timber", "hs_codes": ["440799"]}),
    ("waste_or_scrap", {"goods_description": "plastic scrap", "hs_codes": ["391510"]}),
    ("front_goods_new_trader", {"goods_description": "black tea", "hs_codes": ["090240"]}),
    ("route_returns", {"transhipment_ports": ["SGSIN", "LKCMB", "SGSIN"]}),
    ("stopover_in_destination", {"transhipment_ports": ["KRINC", "SGSIN"]}),
    ("origin_not_loading", {"origin_country": "NL"}),
    ("discharge_not_destination", {"destination_country": "JP"}),
    ("delivery_abroad", {"place_of_delivery": "JPTYO"}),
    ("destination_landlocked", {"destination_country": "MN"}),
    ("arrival_missing", {"arrives_at": None}),
    ("receipt_inland", {"place_of_receipt": "DEDUI"}),
    ("receipt_abroad", {"place_of_receipt": "NLRTM"}),
    ("port_unknown", {"port_of_discharge": "SOMEWHERE"}),
    ("parties_both_new", {}),
    ("consignee_is_forwarder", {"consignee_name": "Silver Gull International Forwarding Co Ltd"}),
    ("consignee_is_the_forwarder", {"consignee_name": "BLUE QUAY LOGISTICS G.M.B.H."}),
    ("shipper_is_forwarder", {"shipper_name": "Trans Sahel Freight Forwarders"}),
    ("bill_to_order", {"consignee_name": "TO ORDER OF SHIPPER"}),
    ("bill_to_order", {"bill_type": "to_order"}),
    ("party_placeholder", {"notify_name": "SAME AS CONSIGNEE"}),
    ("parties_missing", {"shipper_name": None}),
    ("shipper_is_consignee", {"consignee_name": "RUHRTAL MASCHINENBAU G.m.b.H."}),
    ("consignee_po_box", {"consignee_address": "P.O. Box 1187, Busan"}),
    ("consignee_residential", {"consignee_address": "Flat 12B, Rose Apartments, Busan"}),
    ("addresses_missing", {"consignee_address": None}),
    ("consignee_abroad", {"consignee_country": "PA"}),
    ("shipper_abroad", {"shipper_country": "VG"}),
    ("overloaded", {"gross_weight_kg": 42_000.0}),
    ("weight_round", {"gross_weight_kg": 20_000.0}),
    ("weight_missing", {"gross_weight_kg": None}),
    ("value_missing", {"declared_value": None}),
    ("price_outside_band", {"declared_value": 90.0}),
    ("freight_collect", {"freight_terms": "collect"}),
    ("package_type_unfit", {"package_type": "LOG"}),
    ("package_type_missing", {"package_type": None}),
    ("cold_goods_in_dry_box", {"goods_description": "frozen shrimp", "hs_codes": ["030617"]}),
    ("dry_goods_in_reefer", {"container_type": "45R1"}),
    ("set_point_unfit", {"temperature_c": -18.0}),
    ("check_digit_wrong", {"container_number": "CSQU3054384"}),
    ("number_malformed", {"container_number": "CS3054383"}),
    ("seal_missing", {"seal_numbers": []}),
    ("seal_malformed", {"seal_numbers": ["000000"]}),
    ("box_type_missing", {"container_type": None}),
    ("marks_name_other_goods", {"marks": "FROZEN SHRIMP"}),
    ("vessel_missing", {"vessel_name": None}),
    ("vessel_number_wrong", {"vessel_imo": "9074728"}),
    ("voyage_missing", {"voyage": None}),
    ("house_bill_given", {"house_bill": "HB77"}),
    ("wildlife_source", WEST_AFRICA_TO_VIETNAM),
    ("source_hub_market", WEST_AFRICA_TO_VIETNAM),
    ("narcotics_route", ECUADOR_TO_BELGIUM),
    ("arrival_before_holiday", {"arrives_at": HONEST["arrives_at"].replace(month=12, day=24)}),
]  # fmt: skip


@pytest.mark.parametrize(("feature", "change"), SPEAKS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_flag_speaks_where_it_should_and_not_on_an_honest_row(feature, change, measure):
    assert measure(change)[feature] > 0
    if change:
        assert (measure({})[feature] or 0) == 0


HIGHER = [
    ("package_weight_deviation", {"package_count": 9_000}),
    ("hs_text_conflict", {"goods_description": "frozen shrimp"}),
    ("detour_ratio", {"transhipment_ports": ["USNYC"]}),
    ("detour_km", {"transhipment_ports": ["ZADUR", "SGSIN"]}),
    ("density_deviation", {"volume_m3": 1.5}),
    ("freight_to_value", {"declared_value": 1_000.0}),
    ("fields_missing", {"voyage": None, "vessel_name": None}),
    ("chapters_in_box", {"hs_codes": ["841370", "390110"]}),
    ("cheap_goods_far", {"hs_codes": ["391510"]}),
    ("days_at_sea_unusual", {"loaded_at": HONEST["loaded_at"].replace(month=1)}),
]
LOWER = [
    ("hs_text_agreement", {"goods_description": "frozen shrimp"}),
    ("load_share", {"gross_weight_kg": 900.0}),
    ("price_deviation", {"declared_value": 90.0}),
    ("origin_advantage", {"origin_country": "NG", "port_of_loading": "NGAPP"}),
    ("filed_before_arrival", {"arrives_at": HONEST["filed_at"]}),
]


@pytest.mark.parametrize(("feature", "change"), HIGHER)
def test_a_measure_rises(feature, change, measure):
    assert measure(change)[feature] > measure({})[feature]


@pytest.mark.parametrize(("feature", "change"), LOWER)
def test_a_measure_falls(feature, change, measure):
    assert measure(change)[feature] < measure({})[feature]


def test_bills_of_one_voyage_see_each_other():
    twins = consignments(
        {}, {"container_number": "CSQU3054384"}, {"seal_numbers": ["OTHER1"], "consignee_name": "Another Firm Ltd"}
    )
    features = build.build(twins)
    assert features["split_bills"].to_list() == [1, 1, 0]
    assert features["twin_weights"].to_list() == [2, 2, 2]
    assert features["address_shared"].to_list() == [1, 1, 1]
    assert features["seal_repeated"].to_list() == [1, 1, 0]


CHANGES = [
    ("consignee_switched", {"consignee_name": "Somebody Else Ltd"}),
    ("discharge_changed", {"port_of_discharge": "JPTYO"}),
    ("delivery_changed", {"place_of_delivery": "JPTYO"}),
    ("weight_changed", {"gross_weight_kg": 20_000.0}),
    ("goods_rewritten", {"goods_description": "frozen shrimp"}),
    ("versions_before", {}),
]


@pytest.mark.parametrize(("feature", "was"), CHANGES)
def test_a_change_between_versions_is_seen(feature, was, measure):
    earlier = consignments(was | {"filed_at": HONEST["filed_at"].replace(day=1)})
    assert measure({}, earlier=earlier)[feature] > 0
    assert (measure({})[feature] or 0) == 0


def test_a_later_version_is_not_seen(measure):
    later = consignments({"filed_at": HONEST["filed_at"].replace(day=9), "consignee_name": "Somebody Else Ltd"})
    assert measure({}, earlier=later)["versions_before"] == 0


def test_of_versions_of_one_moment_the_lower_is_the_earlier(measure):
    """A filer who writes dates without hours says the same moment twice."""
    same = consignments({"consignee_name": "Somebody Else Ltd"})
    assert measure({"version": 2}, earlier=same)["consignee_switched"] > 0
    assert measure({"version": 1}, earlier=same)["versions_before"] == 0


def test_change_after_loading_is_seen(measure):
    change = {"filed_at": HONEST["loaded_at"].replace(day=20)}
    assert measure(change, earlier=consignments({}))["changed_after_loading"] == 1


def test_a_row_of_required_columns_only_is_measured(measure):
    bare = dict.fromkeys(set(HONEST) - {"filed_at", "container_number", "port_of_loading", "port_of_discharge"})
    features = measure(bare | {"bill_of_lading": "BL1", "goods_description": "pumps"})
    assert features["fields_missing"] >= 18
    assert features["detour_ratio"] is None or features["detour_ratio"] > 0


def test_row_order_and_matrix_order_are_kept():
    rows = consignments({"bill_of_lading": "Z"}, {"bill_of_lading": "A"}, {"bill_of_lading": "M"})
    features = build.build(rows)
    assert features["bill_of_lading"].to_list() == ["Z", "A", "M"]
    assert features.columns[3:] == catalogue.load().names
    assert set(features.dtypes[3:]) == {pl.Float32}


def test_no_rows_give_no_features():
    assert build.build(consignments({}).clear()).height == 0


def test_every_sentence_finds_its_fields():
    rows = consignments({}, WEST_AFRICA_TO_VIETNAM | {"house_bill": "H", "marks": "M", "temperature_c": 4.0})
    seen = set(evidence(build.facts(rows)).columns) | {"value"}
    for feature in catalogue.load().features.values():
        for text in (feature.reason, feature.relief):
            fields = {name for _, name, _, _ in Formatter().parse(text) if name}
            assert fields <= seen, (feature.name, fields - seen)


@pytest.mark.parametrize(
    ("feature", "change"),
    [
        ("consignee_goods_share", {"hs_codes": None}),
        ("shipper_goods_share", {"hs_codes": None}),
        ("lane_goods_share", {"hs_codes": None}),
        ("consignee_shipper_share", {"shipper_name": None}),
        ("weight_against_consignee", {"gross_weight_kg": None}),
    ],
)
def test_a_missing_value_is_not_told_as_a_missing_past(feature, change):
    past = consignments({"filed_at": datetime(2024, 1, 5, tzinfo=UTC), "bill_of_lading": "EARLIER"})
    assert build.build(consignments(change), Past(history=past))[feature].item() is None
    told = catalogue.load().features[feature].absent
    assert ", or " in told
