"""Each flag is raised where it should be, and not on an honest consignment."""

from datetime import UTC, datetime
from string import Formatter

import polars as pl
import pytest

from riskscore.features import build, catalogue
from riskscore.features.evidence import evidence
from riskscore.history.past import Past

from .conftest import HONEST, changed, consignments, weeks_apart

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

DECLARED = catalogue.load().features.values()
RAISED = [(feature.name, changed(feature.raised_by)) for feature in DECLARED if feature.raised_by] + [
    ("bill_to_order", {"bill_type": "to_order"}),
    ("parties_both_new", {}),
    ("wildlife_source", WEST_AFRICA_TO_VIETNAM),
    ("source_hub_market", WEST_AFRICA_TO_VIETNAM),
    ("narcotics_route", ECUADOR_TO_BELGIUM),
]
LOWERED = [(feature.name, changed(feature.lowered_by)) for feature in DECLARED if feature.lowered_by]
YES_NO = {feature.name for feature in DECLARED if feature.unit == "yes/no"}


NEW_TRADER = {"front_goods_new_trader", "parties_both_new"}
"""These ask for parties that filed nothing before, so no other row may be of the same parties."""


@pytest.fixture(scope="module")
def measured(measure):
    """Features of each changed consignment: in one go, but for those with moments or an absence of others."""
    together = [{}] + [
        change
        for feature, change in [*RAISED, *LOWERED]
        if feature not in NEW_TRADER and not any(name.endswith("_at") for name in change)
    ]
    rows = build.build(weeks_apart(together)).to_dicts()

    def one(change):
        return rows[together.index(change)] if change in together else measure(change)

    return one


@pytest.mark.parametrize(("feature", "change"), RAISED)
def test_a_feature_rises_where_its_declaration_says_so(feature, change, measured):
    """A yes/no flag is not raised on an honest consignment."""
    before, after = measured({})[feature] or 0, measured(change)[feature]
    assert not change or (after is not None and after > before), f"{change} does not raise {feature}: {before}, {after}"
    if feature in YES_NO and change:
        assert (measured({})[feature] or 0) == 0


@pytest.mark.parametrize(("feature", "change"), LOWERED)
def test_a_feature_falls_where_its_declaration_says_so(feature, change, measured):
    assert measured(change)[feature] < measured({})[feature]


def test_bills_of_one_voyage_count_each_other():
    twins = consignments(
        {}, {"container_number": "CSQU3054384"}, {"seal_numbers": ["OTHER1"], "consignee_name": "Another Firm Ltd"}
    )
    features = build.build(twins)
    assert features["split_bills"].to_list() == [1, 1, 0]
    assert features["twin_weights"].to_list() == [2, 2, 2]
    assert features["address_shared"].to_list() == [1, 1, 1]
    assert features["seal_repeated"].to_list() == [1, 1, 0]


def test_the_seals_of_a_bill_repeat_on_its_own_containers_without_a_flag():
    one_bill = {"bill_of_lading": "ONE"}
    of_bill = one_bill | {"gross_weight_kg": None, "package_count": None, "volume_m3": None}
    numbers = ("CSQU3054384", "CSQU3054390", "CSQU3054405")
    bill = [{"container_number": number, **of_bill} for number in numbers]
    assert build.build(consignments(*bill))["seal_repeated"].to_list() == [0, 0, 0]
    other = {"container_number": "TGHU5550001", "bill_of_lading": "ANOTHER1"}
    assert build.build(consignments(*bill, other))["seal_repeated"].to_list() == [1, 1, 1, 3]
    several = [
        {**one_bill, "container_number": number, "seal_numbers": ["HL4478120", "HL4478121"]} for number in numbers
    ]
    assert build.build(consignments(*several))["seal_repeated"].to_list() == [0, 0, 0]
    alone = [{**one_bill, "container_number": number} for number in numbers]
    assert build.build(consignments(*alone))["seal_repeated"].to_list() == [2, 2, 2]


@pytest.mark.parametrize(
    ("marks", "raised"),
    [
        ("MANILA C/NO 1-120", 0),
        ("MADE IN CHINA", 0),
        ("IVORY COAST / SINGAPORE", 0),
        ("MANILA MANILA FROZEN SHRIMP", 1),
        ("FROZEN SHRIMP MADE IN INDIA", 1),
    ],
)
def test_places_in_marks_are_not_taken_for_goods(marks, raised, measure):
    assert (measure({"marks": marks})["marks_name_other_goods"] or 0) == raised


CHANGES = [
    ("consignee_switched", {"consignee_name": "Somebody Else Ltd"}),
    ("discharge_changed", {"port_of_discharge": "JPTYO"}),
    ("delivery_changed", {"place_of_delivery": "JPTYO"}),
    ("weight_changed", {"gross_weight_kg": 20_000.0}),
    ("goods_rewritten", {"goods_description": "frozen shrimp"}),
    ("versions_before", {}),
]


@pytest.mark.parametrize(("feature", "was"), CHANGES)
def test_a_change_between_versions_is_found(feature, was, measure):
    earlier = consignments(was | {"filed_at": HONEST["filed_at"].replace(day=1)})
    assert measure({}, earlier=earlier)[feature] > 0
    assert (measure({})[feature] or 0) == 0


def test_a_later_version_is_ignored(measure):
    later = consignments({"filed_at": HONEST["filed_at"].replace(day=9), "consignee_name": "Somebody Else Ltd"})
    assert measure({}, earlier=later)["versions_before"] == 0


def test_of_versions_with_equal_times_the_lower_number_is_earlier(measure):
    """Filers who write dates without hours give two versions the same time."""
    same = consignments({"consignee_name": "Somebody Else Ltd"})
    assert measure({"version": 2}, earlier=same)["consignee_switched"] > 0
    assert measure({"version": 1}, earlier=same)["versions_before"] == 0


def test_a_change_after_loading_is_found(measure):
    change = {"filed_at": HONEST["loaded_at"].replace(day=20)}
    assert measure(change, earlier=consignments({}))["changed_after_loading"] == 1


def test_a_row_with_only_required_columns_has_features(measure):
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


def test_every_field_of_a_sentence_exists():
    rows = consignments({}, WEST_AFRICA_TO_VIETNAM | {"house_bill": "H", "marks": "M", "temperature_c": 4.0})
    known = set(evidence(build.facts(rows)).columns) | {"value"}
    for feature in catalogue.load().features.values():
        for text in (feature.reason, feature.relief):
            fields = {name for _, name, _, _ in Formatter().parse(text) if name}
            assert fields <= known, (feature.name, fields - known)


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
def test_a_missing_value_is_not_described_as_a_missing_history(feature, change):
    past = consignments({"filed_at": datetime(2024, 1, 5, tzinfo=UTC), "bill_of_lading": "EARLIER"})
    assert build.build(consignments(change), Past(history=past))[feature].item() is None
    absent = catalogue.load().features[feature].absent
    assert ", or " in absent


PLACES = ["place_of_receipt", "port_of_loading", "port_of_discharge", "place_of_delivery"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", ["MARSH", "CHILE", "DELHI ?", "PIER 7"])
def test_a_text_that_is_no_code_raises_no_flag_about_countries_and_routes(place, text, measure):
    """MARSH is not in Morocco, CHILE not in Switzerland; DELHI is a code in Germany, so the reader marks the name."""
    features = measure({place: text, "transhipment_ports": []}, earlier=consignments({}))
    flags = (
        *("origin_not_loading", "discharge_not_destination", "delivery_abroad", "receipt_abroad", "receipt_inland"),
        *("route_returns", "stopover_in_destination", "delivery_changed", "shipper_abroad", "consignee_abroad"),
    )
    assert {flag for flag in flags if features[flag]} == set()
    assert features["detour_km"] == 0


def test_a_stop_that_is_not_known_is_no_return(measure):
    features = measure({"transhipment_ports": ["CHILE", "DEBRV", "CHILE"]})
    assert (features["route_returns"], features["stopover_in_destination"], features["detour_km"]) == (0, 0, None)


def test_a_port_of_which_only_the_country_is_known_has_that_country(measure):
    assert measure({"port_of_loading": "DE"})["origin_not_loading"] == 0
    assert measure({"port_of_loading": "NL"})["origin_not_loading"] == 1
