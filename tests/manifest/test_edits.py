"""Fields set by hand are read like cells of a manifest, checked by its rules, and refused in one line."""

from datetime import UTC, datetime

import polars as pl
import pytest
from declarations import ours

from riskscore import schema
from riskscore.errors import SettingsError
from riskscore.manifest.edits import set_fields

ROW = schema.conform(
    pl.DataFrame(
        {
            "bill_of_lading": ["B1"],
            "container_number": ["TOYU0000004"],
            "filed_at": [datetime(2024, 3, 1, tzinfo=UTC)],
            "port_of_loading": ["NGAPP"],
            "port_of_discharge": ["VNHPH"],
            "goods_description": ["GREEN TEA"],
            "gross_weight_kg": [9000.0],
        }
    )
)


@pytest.mark.parametrize(
    ("field", "text", "column", "value"),
    [
        ("gross_weight_kg", "18000", "gross_weight_kg", 18000.0),
        ("gross_weight_kg", "18 t", "gross_weight_kg", 18000.0),
        ("Gross Wt (lbs)", "1000", "gross_weight_kg", pytest.approx(453.59237)),
        ("gross_weight_kg", "", "gross_weight_kg", None),
        ("hs_codes", "3902.10, 0902", "hs_codes", ["390210", "0902"]),
        ("port_of_loading", "Haiphong", "port_of_loading", "VNHPH"),
        ("origin_country", "Viet Nam", "origin_country", "VN"),
        ("freight_terms", "Collect", "freight_terms", "collect"),
        ("arrives_at", "2024-03-09T08:00Z", "arrives_at", datetime(2024, 3, 9, 8, tzinfo=UTC)),
        ("goods_description", "  GREEN\t TEA=1 ", "goods_description", "GREEN TEA=1"),
        ("seal_numbers", "ab123; cd456", "seal_numbers", ["AB123", "CD456"]),
    ],
)
def test_values_are_read_like_cells(field, text, column, value):
    changed = set_fields(ROW, {field: text})
    cell = changed[column].item()
    assert (cell.to_list() if isinstance(cell, pl.Series) else cell) == value
    assert changed.drop(column).equals(ROW.drop(column))
    assert changed.schema == ROW.schema


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"gross_weight_kg": "heavy"}, "cannot set gross_weight_kg to 'heavy': not a number"),
        ({"gross_weight_kg": "-3"}, "to '-3': negative"),
        ({"gross_weight_kg": "nan"}, "to 'nan': not a number"),
        ({"package_count": "12.5"}, "not a whole number"),
        ({"filed_at": "1800-01-01"}, "to '1800-01-01': date out of range"),
        ({"loaded_at": "04/03/2019"}, "ambiguous date"),
        ({"freight_terms": "later"}, "use one of prepaid, collect"),
        ({"goods_description": ""}, "cannot set goods_description to '': required$"),
        ({"container_number": "X"}, "container_number cannot be set: it identifies the consignment"),
        ({"B/L": "X"}, "bill_of_lading cannot be set"),
        ({"gross_weigt": "1"}, "no field 'gross_weigt' to set; did you mean gross_weight_kg"),
        ({"zzz": "1"}, "there is no field 'zzz' to set; choose from house_bill, "),
        ({"gross_weight_kg": "1", "Gross weight": "2"}, "gross_weight_kg is set twice"),
    ],
)
def test_a_wrong_field_or_value_is_refused_in_one_line(values, message):
    with pytest.raises(SettingsError, match=message) as refused:
        set_fields(ROW, values)
    assert "\n" not in str(refused.value)


def test_own_fields_can_be_set_and_lacking_columns_cannot():
    own = ours()
    row = schema.conform(pl.DataFrame({"bill_of_lading": ["1"]}), schema.columns(own)).with_columns(
        filed_at=pl.lit(datetime(2024, 1, 1, tzinfo=UTC)).cast(schema.UTC), price=pl.lit(3.0)
    )
    assert set_fields(row, {"price": "1,250.50"}, own)["price"].item() == 1250.5
    assert set_fields(row, {"Tax": "FTA"}, own)["tax_type"].item() == "FTA"
    with pytest.raises(SettingsError, match="cannot set price"):
        set_fields(row, {"price": "dear"}, own)
    with pytest.raises(SettingsError, match="no field 'goods_description' to set"):
        set_fields(row, {"goods_description": "TEA"}, own)
