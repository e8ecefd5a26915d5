"""Stow plans of an inbox are kept and compared, whether they arrive before or after the manifest."""

import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from messages_samples import SAMPLES

from riskscore.digests import sha256
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.nightly import intake, stow_plans
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.runs import log
from riskscore.runs.log import File, Run
from riskscore.selection.capacity import parse

FIRST = date(2026, 7, 3)
MANIFEST = (
    "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description,gross_weight_kg,"
    "vessel_name,voyage\nSMPH118W0042,TGBU4471200,2026-07-01,CNSHA,GHTEM,GLAZED TILES,18000,Samphire Queen,118-W\n"
)
PLAN = (
    "UNB+UNOA:2+SMPH+TEMTERM+260702:1800+SQ118W'UNH+1+BAPLIE:D:95B:UN:SMDG22'BGM++P118W+9'DTM+137:2607021800:201'"
    "TDT+20+118W+++SMPH:172:20+++9501813:146::SAMPHIRE QUEEN'LOC+5+CNSHA:139:6'LOC+61+GHTEM:139:6'"
    "LOC+147+0140384::5'MEA+VGM++KGM:27400'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'RFF+BM:1'EQD+CN+TGBU4471200+22G1+++5'"
    "LOC+147+0140584::5'MEA+VGM++KGM:31000'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'RFF+BM:1'EQD+CN+TGBU4471217+45G1+++5'"
    "UNT+19+1'UNZ+1+SQ118W'"
)
WRONG = {"not_on_manifest": 1, "weight": 1}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    (tmp_path / "inbox").mkdir()
    return create_lake(tmp_path / "lake")


def _night(lake: Lake, folder: Path, number: int, **texts: str) -> tuple[Run, Inbox]:
    """A run with files; those called plan are stow plans."""
    inbox = Inbox(folder / "inbox")
    plan: dict[str, Any] = {"manifests": [], "stow_plans": []}
    for name, text in texts.items():
        path = inbox.folder / (f"{name}.edi" if name == "plan" else f"{name}.csv")
        path.write_text(text)
        os.utime(path, (1, 1))
        kind = "stow_plans" if name == "plan" else "manifests"
        plan[kind].append(File(path.name, sha256(path), path.stat().st_size).entry())
    run = log.begin(lake, number, FIRST + timedelta(number - 1), plan)
    assert run is not None
    return run, inbox


def _done(lake: Lake, run: Run, inbox: Inbox) -> dict[str, Any]:
    intake.manifests(lake, run, inbox)
    return stow_plans.compare_night(lake, run, inbox)


def test_plan_and_manifest_of_one_night_are_compared_once(lake: Lake, tmp_path: Path) -> None:
    run, inbox = _night(lake, tmp_path, 1, manifest=MANIFEST, plan=PLAN)
    counts = _done(lake, run, inbox)
    assert (counts["plans"], counts["boxes"], counts["differences"], counts["notes"]) == (1, 1, WRONG, [])
    assert counts["sentences"][0].startswith("TGBU4471217 is aboard for GHTEM, at position 0140584, and no bill")
    assert _done(lake, run, inbox) == counts, "a resumed run"
    assert lake.read("stow_plan_differences").collect().height == 2
    assert lake.read("stow_plans").collect()["file"].unique().to_list() == ["plan.edi"]


@pytest.mark.parametrize("order", [("plan", "manifest"), ("manifest", "plan")])
def test_the_other_one_may_arrive_on_a_later_night(order: tuple[str, str], lake: Lake, tmp_path: Path) -> None:
    texts = {"plan": PLAN, "manifest": MANIFEST}
    first = _done(lake, *_night(lake, tmp_path, 1, **{order[0]: texts[order[0]]}))
    assert first["differences"] == {}
    assert len(first["notes"]) == (order[0] == "plan")
    assert _done(lake, *_night(lake, tmp_path, 2, **{order[1]: texts[order[1]]}))["differences"] == WRONG
    quiet = _done(lake, *_night(lake, tmp_path, 3))
    assert (quiet["boxes"], quiet["differences"], quiet["notes"]) == (0, {}, [])


def test_the_latest_version_of_a_consignment_is_compared(lake: Lake, tmp_path: Path) -> None:
    later = MANIFEST.replace("2026-07-01", "2026-07-02").replace(",18000,", ",25000,")
    _done(lake, *_night(lake, tmp_path, 1, manifest=MANIFEST))
    _done(lake, *_night(lake, tmp_path, 2, manifest=later))
    assert _done(lake, *_night(lake, tmp_path, 3, plan=PLAN))["differences"] == {"not_on_manifest": 1}


@pytest.mark.parametrize("later_first", [False, True])
def test_of_two_plans_of_a_voyage_the_newest_counts(later_first: bool, lake: Lake, tmp_path: Path) -> None:
    later = PLAN.replace("2607021800", "2607031800").replace("27400", "20400")
    plans = (later, PLAN) if later_first else (PLAN, later)
    for number, text in enumerate(plans, start=1):
        _done(lake, *_night(lake, tmp_path, number, plan=text))
    assert _done(lake, *_night(lake, tmp_path, 3, manifest=MANIFEST))["differences"] == {"not_on_manifest": 1}


def test_a_port_that_the_newest_plan_no_longer_has_is_compared_with_the_one_before(lake: Lake, tmp_path: Path) -> None:
    onward = PLAN.replace("2607021800", "2607091800").replace("LOC+11+GHTEM", "LOC+11+NGAPP")
    onward = onward.replace("TGBU4471200", "TGBU4471222").replace("TGBU4471217", "TGBU4471238")
    _done(lake, *_night(lake, tmp_path, 1, plan=PLAN))
    _done(lake, *_night(lake, tmp_path, 2, plan=onward))
    assert _done(lake, *_night(lake, tmp_path, 3, manifest=MANIFEST))["differences"] == WRONG


def test_a_cancelled_consignment_is_not_compared(lake: Lake, tmp_path: Path) -> None:
    run, inbox = _night(lake, tmp_path, 1, manifest=MANIFEST)
    intake.manifests(lake, run, inbox)
    filed = lake.read("consignments").select("bill_of_lading", "house_bill", "container_number", "filed_at").collect()
    lake.append("cancellations", filed, night=FIRST)
    counts = _done(lake, *_night(lake, tmp_path, 2, plan=PLAN))
    assert (counts["boxes"], counts["differences"], len(counts["notes"])) == (0, {}, 1)


@pytest.mark.slow
def test_a_night_takes_plans_from_the_inbox_and_says_what_they_show(lake: Lake, tmp_path: Path) -> None:
    for name, text in (("m.csv", MANIFEST), ("plan.edi", PLAN)):
        (tmp_path / "inbox" / name).write_text(text)
        os.utime(tmp_path / "inbox" / name, (1, 1))
    result = run_night(
        Night(lake, Inbox(tmp_path / "inbox"), None, parse({"default": {"boxes": 1}})), FIRST, force=True
    )
    assert result.counts is not None
    assert result.counts["stow_plans"]["differences"] == WRONG
    assert result.left == []
    assert (tmp_path / "inbox" / "done" / "plan.edi").is_file()


@pytest.mark.slow
def test_a_container_that_house_bills_share_counts_as_one_box(lake: Lake, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "scmtr.json", tmp_path / "inbox")
    os.utime(tmp_path / "inbox" / "scmtr.json", (1, 1))
    result = run_night(
        Night(lake, Inbox(tmp_path / "inbox"), None, parse({"default": {"boxes": 9}})), FIRST, force=True
    )
    assert result.counts is not None
    assert result.counts["scores"]["scored"] == 4
    assert result.counts["slate"]["actions"] == {"open": 3}
    assert sum(result.counts["slate"]["shares"].values()) == 3
