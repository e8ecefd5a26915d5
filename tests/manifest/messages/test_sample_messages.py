"""Every sample message is read whole, and the list of the samples names it."""

import re
from pathlib import Path

import pytest
from stdnum import iso6346

from riskscore.manifest import stow_plans
from riskscore.manifest.read import read

SAMPLES = Path(__file__).parents[3] / "sample_manifests"
PLANS = ("baplie.edi",)
MESSAGES = sorted(path.name for path in (SAMPLES / "messages").iterdir() if path.name not in PLANS)


def test_the_list_of_samples_has_one_line_for_each_file():
    listed = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", (SAMPLES / "README.md").read_text("utf-8"), re.M)
    named = [name for cell in listed for name in re.findall(r"`([^`]+)`", cell)]
    there = {path.name for path in SAMPLES.iterdir()} - {"README.md", "messages"}
    there |= {f"messages/{name}" for name in (*MESSAGES, *PLANS)}
    assert sorted(named) == sorted(there)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_row_of_a_message_is_a_consignment_with_a_valid_container_number(name):
    manifest = read(SAMPLES / "messages" / name)
    assert manifest.balance == 0
    assert manifest.quarantine.is_empty()
    assert manifest.consignments.height
    assert [box for box in manifest.consignments["container_number"] if not iso6346.is_valid(box)] == []


@pytest.mark.parametrize("name", PLANS)
def test_every_container_of_a_stow_plan_has_a_valid_number(name):
    plan = stow_plans.read(SAMPLES / "messages" / name)
    assert plan.height
    assert [box for box in plan["container_number"] if not iso6346.is_valid(box)] == []


def test_the_stow_plan_shows_a_box_that_no_bill_of_the_cargo_report_names():
    filed = read(SAMPLES / "messages" / "cuscar.edi").consignments
    found = stow_plans.compare(filed, stow_plans.read(SAMPLES / "messages" / "baplie.edi")).differences
    assert found.select("container_number", "kind").rows() == [("NRDU8881206", "not_on_manifest")]
