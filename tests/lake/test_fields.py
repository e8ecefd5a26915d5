"""Fields that a service declares: one column in the lake, separate columns for the service."""

from datetime import date

import declarations

from riskscore import schema
from riskscore.lake.open import create_lake, open_lake
from riskscore.manifest import read


def test_fields_come_back_as_they_were_written(tmp_path):
    settings = declarations.ours()
    path = declarations.file(tmp_path, "d.csv", declarations.rows(days=1, per_day=5))
    rows = read.read(path, settings=settings).consignments
    create_lake(tmp_path / "lake")
    lake = open_lake(tmp_path / "lake", settings)
    lake.append("consignments", rows, night=date(2024, 1, 1))
    back = lake.read("consignments", columns=list(schema.columns(settings))).collect()
    assert back.equals(rows)
    assert lake.at(date(2024, 1, 1)).read("consignments", columns=["tax_type"]).collect().height == 5
    assert "own" not in lake.columns("consignments")


def test_older_rows_lack_the_fields_and_other_services_see_json(tmp_path):
    settings = declarations.ours()
    path = declarations.file(tmp_path, "d.csv", declarations.rows(days=1, per_day=2))
    rows = read.read(path, settings=settings).consignments
    create_lake(tmp_path / "lake").append("consignments", rows.select(*schema.COLUMNS), night=date(2024, 1, 1))
    lake = open_lake(tmp_path / "lake", settings)
    assert lake.read("consignments").collect()["tax_type"].null_count() == 2
    lake.append("consignments", rows, night=date(2024, 1, 2))
    plain = open_lake(tmp_path / "lake").read("consignments").collect()
    assert '"tax_type"' in plain["own"].drop_nulls()[0]
