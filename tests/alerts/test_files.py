import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import stix2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from riskscore.alerts import bundle, files, stix, tlp
from riskscore.alerts.schema import ALERT, HANDLINGS
from riskscore.errors import ManifestError, SettingsError

Make = Callable[..., pl.DataFrame]

HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "+1+1 Co",
    "@SUM(A1)",
    "' OR 1=1 --",
    "back\\slash 'quote' ]",
    "{reason} {0} %s ${x}",
    "[bold]x[/bold]",
    "../../etc/passwd",
)


MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


def _csv(path: Path, *rows: dict[str, Any]) -> Path:
    pl.DataFrame(rows, infer_schema_length=None).write_csv(path)
    return path


def test_usual_headings_are_recognised_and_defaults_are_cautious(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "ID;Full name;Also known as;TLP;Grade;Expires\n7;Hải An;HA; TLP:Amber+Strict ;b/2;31.12.2025\n8;X Y;;;;\n"
    )
    read = files.read([path], provider="Customs A")
    first, second = read.alerts.to_dicts()
    assert first["alert_id"] == "Customs A/7"
    assert (first["kind"], first["name"], first["aliases"]) == ("party", "Hải An", ["HA"])
    assert (first["handling"], first["reliability"], first["valid_until"]) == ("amber+strict", "B2", date(2025, 12, 31))
    assert (second["handling"], second["reliability"], second["status"]) == ("amber+strict", "F6", "active")


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"kind": "rumour", "name": "X Y"}, "unknown_kind"),
        ({"kind": "party", "name": "123"}, "names_nobody"),
        ({"kind": "address", "address": "somewhere"}, "no_address"),
        ({"kind": "container", "container_number": "MSCU12"}, "no_container_number"),
        ({"kind": "vessel", "vessel_imo": "12"}, "bad_imo"),
        ({"kind": "vessel"}, "names_no_vessel"),
        ({"kind": "route", "origin": "NG"}, "too_wide"),
        ({"kind": "route", "goods": "4403"}, "too_wide"),
        ({"kind": "route", "origin": "Nigeria", "destination": "VN"}, "no_place"),
        ({"name": "X Y", "reliability": "G7"}, "unknown_grade"),
        ({"name": "X Y", "handling": "purple"}, "unknown_handling"),
        ({"name": "X Y", "status": "maybe"}, "unknown_status"),
        ({"name": "X Y", "valid_from": "soon"}, "no_date"),
        ({"name": "X Y", "valid_from": "2024-02-01", "valid_until": "2024-01-31"}, "ends_before_it_begins"),
        ({"name": "x" * 100_000}, "too_long"),
        ({"name": "X Y", "aliases": ";".join(f"a{n}" for n in range(500))}, "too_many"),
        ({"name": "X Y", "provider": None}, "no_provider"),
    ],
)
def test_each_rule_refuses_its_row_and_no_other(tmp_path: Path, row: dict[str, Any], rule: str) -> None:
    defaults = {"kind": None, "name": None, "provider": "A", "reliability": None, "handling": None, "address": None}
    path = _csv(tmp_path / "x.csv", {**defaults, **row}, {**defaults, "name": "Valid Entry"})
    read = files.read([path])
    assert read.quarantine["rule"].to_list() == [rule]
    assert read.alerts["name"].to_list() == ["Valid Entry"]
    assert read.quarantine["line"].to_list() == [2]


_WORDS = (*HOSTILE, "party", "vessel", "B2", "green", "2024-01-01", "9546227", "NG")
_CELL = st.one_of(st.none(), st.sampled_from(_WORDS), st.text(max_size=30))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(ALERT, _CELL)), min_size=1, max_size=6))
def test_rows_in_equal_accepted_plus_quarantined(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows))
    read = files.read([path], provider="A")
    assert read.balance == 0
    assert read.rows_in == len(rows)
    known = read.alerts.with_columns(pl.col("updated_at").fill_null(MOMENT)).unique("alert_id", keep="last")
    for suffix in files.FORMATS:
        out = tmp_path / f"out{suffix}"
        files.write(known, out)
        again = files.read([out])
        assert again.quarantine.is_empty()
        assert_frame_equal(again.alerts.sort("alert_id"), known.sort("alert_id"))


@pytest.mark.parametrize("suffix", files.FORMATS)
def test_written_alerts_are_read_back_unchanged(tmp_path: Path, alerts: Make, suffix: str) -> None:
    box = {"kind": "container", "container_number": "MSKU1234565", "valid_until": date(2024, 6, 1)}
    route = {"kind": "route", "origin": "NG", "destination": "VNHPH", "goods": ["4403", "timber"]}
    vessel = {"kind": "vessel", "name": "Sea Star", "vessel_imo": "9546227", "status": "withdrawn"}
    known = alerts(
        {"alert_id": "Customs A/1", "name": "Hải An", "aliases": ["HA", "深圳市海安"], "country": "VN", "reason": "x"},
        {"alert_id": "Customs A/2", **box},
        {"alert_id": "Customs A/3", **route},
        {"alert_id": "Customs A/4", **vessel},
        {"alert_id": "indicator--4f3ff1a5-2d2b-4e0c-9a5a-0f5c8f1b2a3d", "kind": "address", "address": "1 A Street"},
    )  # fmt: skip
    path = tmp_path / f"alerts{suffix}"
    files.write(known, path)
    read = files.read([path])
    assert read.balance == 0
    if suffix == ".stix":  # the id of an indicator is a computed one; the extension keeps the provider's
        assert read.alerts["alert_id"].to_list() == known["alert_id"].sort().to_list()
    assert_frame_equal(read.alerts.sort("alert_id"), known.sort("alert_id"))


@pytest.mark.parametrize("suffix", files.FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, alerts: Make, suffix: str, text: str) -> None:
    known = alerts(*({"alert_id": f"Customs A/{field}", "name": "X Y", field: text} for field in ("name", "reason")))
    path = tmp_path / f"alerts{suffix}"
    files.write(known, path)
    again = files.read([path]).alerts.sort("alert_id")
    assert again["name"].to_list() == [text, "X Y"]
    assert again["reason"].to_list() == [None, text]
    if suffix == ".csv":
        cells = pl.read_csv(path, infer_schema=False)
        starts = cells.select(pl.col("name", "reason").str.contains(r"^\s*[=+\-@\t\r|]").any()).row(0)
        assert starts == (False, False)


def test_direction_marks_and_control_characters_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"name": "SA\u202eFE\u200f \x1b[31mCO\x00", "reason": "a\nb\u2066c"}]))
    row = files.read([path], provider="A").alerts.row(0, named=True)
    assert row["name"] == "SAFE [31mCO"
    assert row["reason"] == "a bc"


def test_only_alerts_up_to_the_strictest_handling_are_shared(alerts: Make) -> None:
    known = alerts(*({"name": "X Y", "handling": handling} for handling in HANDLINGS))
    for place, handling in enumerate(HANDLINGS):
        shared, left_out = files.shareable(known, handling)
        assert shared["handling"].to_list() == list(HANDLINGS[: place + 1])
        assert left_out == 4 - place
    with pytest.raises(SettingsError, match="one of clear, green"):
        files.shareable(known, "white")


def test_a_bundle_is_valid_stix_and_the_same_for_the_same_alerts(alerts: Make) -> None:
    known = alerts(
        {"name": "Hải An"}, {"name": "O'Brien \\ Co", "handling": "amber+strict", "valid_until": date(2024, 5, 1)}
    )
    made = bundle.bundle(known)
    assert made == bundle.bundle(known.reverse())
    for item in stix2.parse(made, allow_custom=True, version="2.1").objects:
        assert item["spec_version"] == "2.1"
    markings = {item["name"]: item["object_marking_refs"] for item in made["objects"] if item["type"] == "indicator"}
    assert markings["O'Brien \\ Co"] == [tlp.MARKINGS["amber+strict"]]


def _indicator(**changed: Any) -> dict[str, Any]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": "indicator--26ffb872-1dd9-446e-b6f5-d58527e5b5d2",
        "created": "2024-01-01T00:00:00.000Z",
        "modified": "2024-01-02T00:00:00.000Z",
        "name": "box",
        "pattern": "[x-cargo:container_number = 'MSKU1234565']",
        "pattern_type": "stix",
        "valid_from": "2024-01-01T00:00:00Z",
        "valid_until": "2024-03-01T00:00:00Z",
        "confidence": 75,
        **changed,
    }


_OWN = {"extension_type": "property-extension"}


def _bundle(path: Path, *objects: Any) -> Path:
    content = {"type": "bundle", "id": "bundle--26ffb872-1dd9-446e-b6f5-d58527e5b5d2", "objects": list(objects)}
    path.write_text(json.dumps(content))
    return path


def test_an_indicator_of_another_program_with_one_comparison_is_understood(tmp_path: Path) -> None:
    maker = {
        "type": "identity",
        "spec_version": "2.1",
        "id": "identity--26ffb872-1dd9-446e-b6f5-d58527e5b5d2",
        "created": "2024-01-01T00:00:00.000Z",
        "modified": "2024-01-01T00:00:00.000Z",
        "name": "Coast Guard B",
        "identity_class": "organization",
    }
    refs = ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", tlp.MARKINGS["amber"]]
    indicator = _indicator(created_by_ref=maker["id"], object_marking_refs=refs)
    row = files.read([_bundle(tmp_path / "b.json", maker, indicator)]).alerts.row(0, named=True)
    assert (row["kind"], row["container_number"], row["provider"]) == ("container", "MSKU1234565", "Coast Guard B")
    assert (row["handling"], row["reliability"]) == ("amber", "F2")
    assert (row["valid_from"], row["valid_until"]) == (date(2024, 1, 1), date(2024, 2, 29))
    assert row["updated_at"] == datetime(2024, 1, 2, tzinfo=UTC)


def test_an_unknown_marking_counts_as_the_strictest(tmp_path: Path) -> None:
    indicator = _indicator(object_marking_refs=["marking-definition--00000000-0000-4000-8000-000000000000"])
    assert files.read([_bundle(tmp_path / "b.json", indicator)], provider="A").alerts["handling"].item() == "red"


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        (_indicator(pattern="[file:hashes.md5 = 'd41d8cd98f00b204e9800998ecf8427e']"), "names_nothing"),
        (_indicator(pattern="[x-cargo:container_number = 'A'] AND [x-cargo:imo = '1']"), "names_nothing"),
        (_indicator(valid_from="soon"), "not_stix"),
        (_indicator(id="indicator--1"), "not_stix"),
        ({name: value for name, value in _indicator().items() if name != "id"}, "not_stix"),
        ({name: value for name, value in _indicator().items() if name != "valid_from"}, "not_stix"),
        (_indicator(pattern=["x"]), "not_stix"),
        (_indicator(extensions={stix.EXTENSION: {**_OWN, "kind": {"a": 1}}}), "unknown_kind"),
        (_indicator(description="x" * 200_000), "too_long"),
        ("just a text", "not_stix"),
    ],
)  # fmt: skip
def test_objects_that_are_no_alerts_go_to_quarantine(tmp_path: Path, item: Any, rule: str) -> None:
    read = files.read([_bundle(tmp_path / "b.json", item, _indicator())], provider="A")
    assert read.quarantine["rule"].to_list() == [rule]
    assert read.balance == 0
    assert read.rows_in == 2


@pytest.mark.parametrize(
    "content",
    [
        '{"type": "bundle", "objects": 7}',
        '{"type": "bundle", "objects": [',
        '{"type": "bundle", "objects": ' + "[" * 100_000,
        "a,b\n1,2\n",
        "",
    ],
)
def test_a_file_without_alerts_gives_a_one_line_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ManifestError) as refused:
        files.read([path])
    assert "\n" not in str(refused.value)


def test_a_bundle_over_the_limits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _bundle(tmp_path / "b.json", _indicator(), _indicator())
    monkeypatch.setattr(stix, "MAX_OBJECTS", 1)
    with pytest.raises(ManifestError, match="at most 1 are read"):
        files.read([path])
    monkeypatch.setattr(stix, "MAX_BYTES", 10)
    with pytest.raises(ManifestError, match="split it"):
        files.read([path])


def test_a_damaged_bundle_gives_an_error_or_balanced_counts(tmp_path: Path, alerts: Make) -> None:
    rng = random.Random(5)  # noqa: S311
    content = json.dumps(
        bundle.bundle(alerts({"name": "Hải An"}, {"name": "X Y", "handling": "red"})), ensure_ascii=False
    )
    for number in range(60):
        at = rng.randrange(len(content))
        inserted = rng.choice(["", '"', "{", "\\", "null", "\u202e", "9" * 50])
        damaged = content[:at] + inserted + content[at + rng.randrange(6) :]
        path = tmp_path / f"{number}.json"
        path.write_text(damaged)
        try:
            assert files.read([path], provider="A").balance == 0
        except ManifestError as refused:
            assert "\n" not in str(refused)
