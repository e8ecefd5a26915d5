"""A night with alerts: boxes they name are opened, the report says why, and a killed run gives the same result."""

import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore.casework import watch_lists
from riskscore.lake.delta import DeltaLake
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.monitoring import results
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.pages import night as night_report
from riskscore.selection.capacity import parse
from riskscore.simulation.write import simulate

SHARES = {"score": 0.5, "explore": 0.1, "random": 0.1, "intelligence": 0.3}
CAPACITIES = parse({"default": {"boxes": 4, "scans": 2, "documents": 2, "audits": 1, "shares": SHARES}})
DAY = pl.date(2024, 1, 1)


class Killed(BaseException):
    """Stops a run; `except Exception` does not catch it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = simulate(tmp_path_factory.mktemp("w") / "world", days=1, per_day=60, seed=5, smuggling_rate=0.05)
    return next((folder / "manifests").iterdir())


def _night(folder: Path, world: Path) -> Night:
    """Return a night with one file, and two alerts that name its boxes, one from a source of unknown reliability."""
    (folder / "inbox").mkdir(parents=True)
    arrived = folder / "inbox" / world.name
    shutil.copy(world, arrived)
    os.utime(arrived, (1, 1))
    lake = create_lake(folder / "lake")
    boxes = pl.read_parquet(world).filter(pl.col("port_of_discharge").is_not_null())["container_number"].unique().sort()
    _import(lake, folder / "a.csv", {"1": (boxes[0], "A1"), "2": (boxes[1], "F6")})
    return Night(lake, Inbox(folder / "inbox"), None, CAPACITIES)


def _import(lake: Lake, path: Path, boxes: dict[str, tuple[str, str]]) -> None:
    lines = [f"{key},Customs A,{box},{grade},green,<b>tip</b>\n" for key, (box, grade) in boxes.items()]
    path.write_text("id,provider,container_number,reliability,handling,reason\n" + "".join(lines))
    watch_lists.import_alerts(lake, [path])


def _written(lake: Lake) -> dict[str, pl.DataFrame]:
    stamps = {"scores": ["scored_at"], "slates": ["at"], "matches": []}
    keys = ["bill_of_lading", "container_number"]
    return {name: lake.read(name).collect().drop(columns).sort(keys) for name, columns in stamps.items()}


def test_a_box_that_an_alert_names_is_opened_and_the_report_says_why(tmp_path: Path, world: Path) -> None:
    night = _night(tmp_path, world)
    result = run_night(night, pl.select(DAY).item())
    assert result.counts is not None
    assert result.counts["alerts"]["in_force"] == 2
    assert result.counts["alerts"]["strong"] >= 1
    opened = night.lake.read("slates").filter(pl.col("share") == "intelligence").collect()
    matches = night.lake.read("matches").collect()
    strong = matches.filter(pl.col("reliability") == "A1")
    assert set(opened["container_number"]) == set(strong["container_number"])
    assert result.counts["slate"]["shares"]["intelligence"] == opened.height
    scored = night.lake.read("scores").collect().join(opened, on=["bill_of_lading", "container_number"], how="semi")
    assert scored["reasons"].null_count() == 0
    page = night_report.write(night.lake, result, tmp_path / "reports").read_text()
    assert "Alert from Customs A (A1, TLP:GREEN): the container number" in page
    assert "<b>tip" not in page
    assert "Alerts do not change\nscores." in page


@pytest.mark.slow
def test_alerts_change_no_score(tmp_path: Path, world: Path) -> None:
    scores = []
    for name in ("with", "without"):
        night = _night(tmp_path / name, world)
        if name == "without":
            watch_lists.expire(night.lake, ["Customs A/1", "Customs A/2"], reason="none")
        run_night(night, pl.select(DAY).item())
        scores.append(night.lake.read("scores").drop("scored_at", "reasons", "mitigating", "not_assessed").collect())
    assert_frame_equal(*(rows.sort("bill_of_lading", "container_number") for rows in scores), check_exact=True)


@pytest.mark.slow
def test_boxes_named_by_alerts_count_as_intelligence_and_not_in_the_estimate(tmp_path: Path, world: Path) -> None:
    night = _night(tmp_path, world)
    run_night(night, pl.select(DAY).item())
    report = results.results(night.lake)
    rates = dict(report.rates.select("share", "opened").iter_rows())
    assert rates["intelligence"] >= 1
    drawn = rates.get("explore", 0) + rates.get("random", 0)
    assert report.unseen.drawn == drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "after"),
    [
        ("matches", False),
        ("matches", True),
        ("scores", False),
        ("scores", True),
        ("slates", False),
        ("slates", True),
    ],
)
def test_a_killed_night_gives_the_same_result_although_alerts_arrived_in_between(
    tmp_path: Path, world: Path, monkeypatch: pytest.MonkeyPatch, table: str, after: bool
) -> None:
    undisturbed = _night(tmp_path / "undisturbed", world)
    run_night(undisturbed, pl.select(DAY).item())
    night = _night(tmp_path / "killed", world)
    write = DeltaLake.append

    def killed(self: Lake, name: str, *arguments: object, **options: object) -> bool:
        if name == table and not after:
            raise Killed
        written = write(self, name, *arguments, **options)  # type: ignore[arg-type]
        if name == table:
            raise Killed
        return written

    with monkeypatch.context() as patch:
        patch.setattr(DeltaLake, "append", killed)
        with pytest.raises(Killed):
            run_night(night, pl.select(DAY).item())
    box = pl.read_parquet(world)["container_number"][7]
    _import(night.lake, tmp_path / "late.csv", {"3": (box, "A1")})
    watch_lists.expire(night.lake, ["Customs A/1"], reason="too late for this night")
    run_night(night, pl.select(DAY).item())
    for name, rows in _written(night.lake).items():
        assert_frame_equal(rows, _written(undisturbed.lake)[name], check_exact=True)
