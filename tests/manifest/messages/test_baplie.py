"""BAPLIE: the stow plan as a table of its own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from messages.cargo_messages import BILL, BOXES, HEADER, interchange, message
from riskscore.errors import ManifestError
from riskscore.manifest import archives, stow_plans
from riskscore.manifest.formats import registry, table
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.stow_plan import STOW_PLAN
from riskscore.manifest.formats.messages.un_edifact import baplie
from riskscore.manifest.read import read

SHIP = (
    "BGM++P1+9'DTM+137:2607021800:201'TDT+20+2607E+++NRDL:172:20+++9320245:146::NORDIC HERON'LOC+5+ECGYE'LOC+61+NLRTM'"
    "DTM+133:2606241500:201'DTM+178:2607091400:201'"
)
SLOT = (
    "LOC+147+0060282::5'MEA+WT++KGM:03900'LOC+9+ECGYE:139:6'LOC+11+NLRTM'RFF+BM:1'"
    "EQD+CN+NRDU4100239+22G1+++4'NAD+CA+NRD'"
)


def plan(folder: Path, body: str, kind: str = "BAPLIE:D:95B:UN:SMDG20"):
    path = folder / "plan.edi"
    path.write_text(interchange(message(body, kind)))
    return baplie.read(File(archives.open_file(path)[0]))


def test_a_plan_has_exactly_the_columns_that_are_declared(tmp_path):
    found = plan(tmp_path, SHIP + SLOT)
    assert dict(found.frame.schema) == STOW_PLAN
    assert (found.kind, found.format) == (table.STOW_PLAN, "BAPLIE D.95B")
    assert plan(tmp_path, SHIP).frame.height == 0


def test_a_slot_is_a_container_with_its_ports_and_the_ship(tmp_path):
    (row,) = plan(tmp_path, SHIP + SLOT).frame.to_dicts()
    assert row == dict.fromkeys(STOW_PLAN) | {
        "container_number": "NRDU4100239",
        "container_type": "22G1",
        "port_of_loading": "ECGYE",
        "port_of_discharge": "NLRTM",
        "gross_weight_kg": 3900.0,
        "weight_is_verified": False,
        "is_empty": True,
        "position": "0060282",
        "carrier": "NRD",
        "vessel_name": "NORDIC HERON",
        "vessel_imo": "9320245",
        "voyage": "2607E",
        "departure_port": "ECGYE",
        "departed_at": datetime(2026, 6, 24, 15, tzinfo=UTC),
        "next_port": "NLRTM",
        "next_arrival": datetime(2026, 7, 9, 14, tzinfo=UTC),
        "filed_at": datetime(2026, 7, 2, 18, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("kind", "slot", "ports", "verified"),
    [
        (
            "BAPLIE:1:911:UN:SMDG15",
            "MEA+WT++KGM:1'LOC+6+ECGYE'LOC+12+NLRTM'EQD+CN+NRDU4100239+2210+++5'",
            ("ECGYE", "NLRTM"),
            False,
        ),
        (
            "BAPLIE:D:95B:UN:SMDG22",
            "MEA+VGM++KGM:1'LOC+9+ECGYE'LOC+11+NLRTM'EQD+CN+NRDU4100239+:::2210+++5'",
            ("ECGYE", "NLRTM"),
            True,
        ),
        (
            "BAPLIE:D:13B:UN:SMDG31",
            "EQD+CN+NRDU4100239:6346:5+2210:6346:5+++5'MEA+AAE+AET+KGM:9'MEA+AAE+VGM+KGM:1'LOC+9+ECGYE'",
            ("ECGYE", None),
            True,
        ),
        ("BAPLIE:D:13B:UN:SMDG31", "EQD+CN+NRDU4100239+2210+++5'MEA+AAE+AET+KGM:1'", (None, None), False),
    ],
)
def test_the_versions_differ_in_places_and_weights(tmp_path, kind, slot, ports, verified):
    (row,) = plan(tmp_path, f"{SHIP}LOC+147+0010282::5'{slot}", kind).frame.to_dicts()
    assert (row["port_of_loading"], row["port_of_discharge"]) == ports
    assert (row["container_type"], row["is_empty"]) == ("2210", False)
    assert (row["gross_weight_kg"], row["weight_is_verified"]) == (1.0, verified)


def test_a_call_sign_is_no_imo_number(tmp_path):
    (row,) = plan(tmp_path, SHIP.replace("9320245:146", "9320245:103") + SLOT).frame.to_dicts()
    assert (row["vessel_imo"], row["call_sign"]) == (None, "9320245")


def test_a_slot_without_a_container_is_left_out_with_a_note(tmp_path):
    found = plan(tmp_path, f"{SHIP}LOC+147+0010282::5'MEA+WT++KGM:1'{SLOT}")
    assert found.frame["position"].to_list() == ["0060282"]
    assert "1 slot without a container: left out (such as 0010282)" in found.notes


def test_another_message_is_no_plan(tmp_path):
    with pytest.raises(ManifestError, match="not a stow plan"):
        plan(tmp_path, HEADER + BOXES + BILL, "CUSCAR:D:95B:UN")


def test_a_file_with_a_manifest_and_a_plan_becomes_two_tables(tmp_path):
    path = tmp_path / "both.edi"
    cargo = message(f"{HEADER}{BOXES}{BILL}GID+1+1:CT'FTX+AAA+++LAMPS'SGP+NRDU4100239'")
    path.write_text(interchange(cargo, message(SHIP + SLOT, "BAPLIE:D:95B:UN")))
    tables = registry.load(archives.open_file(path)[0], lambda cells: 0)
    assert [(found.kind, found.frame.height) for found in tables] == [(table.MANIFEST, 1), (table.STOW_PLAN, 1)]
    found = read(path)
    assert (found.accepted, found.balance) == (1, 0)
    assert stow_plans.read(path)["container_number"].to_list() == ["NRDU4100239"]


def test_the_sample_has_a_container_that_its_manifest_lacks(sample_path, sample):
    found = baplie.read(File(archives.open_file(sample_path / "baplie.edi")[0]))
    on_bills = set(sample("cuscar.edi").consignments["container_number"])
    assert set(found.frame["container_number"]) - on_bills == {found.frame["container_number"][3]}
