"""Changes of champion in a folder and in a lake: who is champion, who was, and what happens to simultaneous changes."""

import contextlib
import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import polars as pl
import pytest

from riskscore import environment
from riskscore.environment import HISTORY, SHIPPED
from riskscore.errors import ModelError, RiskscoreError, SettingsError
from riskscore.lake.open import create_lake
from riskscore.model import archive, use
from riskscore.model.archive import Archive, Files, Folder, Tables
from riskscore.model.booster import CALIBRATION, CARD, MODEL, Booster
from riskscore.model.registry import Registry

MODELS = ("one", "two", "three")


@pytest.fixture
def root(toy_booster: Booster, tmp_path: Path) -> Path:
    for name in MODELS:
        replace(toy_booster, card=replace(toy_booster.card, name=f"toy-{name}")).save(tmp_path / "models" / name)
    return tmp_path / "models"


@pytest.fixture
def files(root: Path) -> Callable[[str], Files]:
    return lambda name: Folder(root).files(name)


@pytest.fixture(params=["folder", "lake"])
def place(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Archive:
    """An archive in which nothing was promoted, with the shipped model."""
    if request.param == "folder":
        return Folder(root)
    tables = Tables(create_lake(tmp_path / "lake"))
    tables.keep(SHIPPED, Folder(root).files(SHIPPED))
    return tables


def states(place: Archive, *names: str) -> list[str]:
    return [Registry(place).state(name) for name in names]


@pytest.mark.slow
def test_a_model_that_is_kept_several_times_at_once_is_in_the_lake_once(
    files: Callable[[str], Files], tmp_path: Path
) -> None:
    tables = Tables(create_lake(tmp_path / "lake"))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: tables.keep("one", files("one")), range(6)))
    assert tables.lake.read("models").collect().height == len(files("one"))


def test_without_a_promotion_the_shipped_model_is_champion(place: Archive) -> None:
    registry = Registry(place)
    assert (registry.champion, registry.changes) == (SHIPPED, [])
    with pytest.raises(ModelError, match="no champion before default"):
        registry.rollback()


def test_promotions_form_a_stack_and_rollbacks_remove_the_top(place: Archive, files: Callable[[str], Files]) -> None:
    registry = Registry(place)
    for name in ("one", "two"):
        registry.promote(name, files(name), reason=f"{name} is\nbetter", figures={"recall": 0.5})
    assert states(place, SHIPPED, "one", "two", "three") == ["former", "former", "champion", "challenger"]
    assert Registry(place).rollback("it was not").champion == "one"
    registry = Registry(place)
    registry.promote("three", files("three"), refusals=["worse"])
    assert Registry(place).rollback().champion == "one"
    assert Registry(place).rollback().champion == SHIPPED
    with pytest.raises(ModelError, match="no champion before"):
        Registry(place).rollback()
    history = [(each.number, each.action, each.model, each.before) for each in Registry(place).changes]
    assert history == [
        (1, "promote", "one", "default"),
        (2, "promote", "two", "one"),
        (3, "rollback", "one", "two"),
        (4, "promote", "three", "one"),
        (5, "rollback", "one", "three"),
        (6, "rollback", "default", "one"),
    ]
    first = Registry(place).changes[0]
    assert (first.reason, first.figures, first.checksum) == (
        "one is better",
        {"recall": 0.5},
        archive.checksum(files("one")),
    )
    assert Registry(place).changes[3].refusals == ["worse"]


def test_a_retired_model_cannot_be_used_and_a_rollback_skips_it(place: Archive, files: Callable[[str], Files]) -> None:
    for name in MODELS:
        Registry(place).promote(name, files(name))
    for name, message in (("three", "is the champion"), (SHIPPED, "shipped model"), ("four", "no model four")):
        with pytest.raises(ModelError, match=message):
            Registry(place).retire(name)
    assert Registry(place).retire("two", "old").champion == "three"
    with pytest.raises(ModelError, match="already retired"):
        Registry(place).retire("two")
    with pytest.raises(ModelError, match="was retired"):
        Registry(place).promote("two", files("two"))
    assert states(place, "one", "two", "three") == ["former", "retired", "champion"]
    assert Registry(place).rollback().champion == "one"


def test_of_two_simultaneous_changes_one_is_refused(place: Archive, files: Callable[[str], Files]) -> None:
    late, early = Registry(place), Registry(place)
    early.promote("one", files("one"))
    with pytest.raises(ModelError, match="changed in the meantime: promote of one") as refused:
        late.promote("two", files("two"))
    assert "\n" not in str(refused.value)
    assert Registry(place).champion == "one"


def test_many_simultaneous_promotions_leave_one_change_per_number(root: Path, files: Callable[[str], Files]) -> None:
    won, content = [], {name: files(name) for name in MODELS}
    registries = [(name, Registry(Folder(root))) for name in MODELS * 4]
    gate = threading.Barrier(len(registries))

    def promote(name: str, registry: Registry) -> None:
        gate.wait()
        with contextlib.suppress(ModelError):
            won.append(registry.promote(name, content[name]).champion)

    threads = [threading.Thread(target=promote, args=each) for each in registries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert Registry(Folder(root)).champion == won[0]
    assert [path.name for path in (root / HISTORY).iterdir()] == ["000001.json"]


@pytest.mark.parametrize("broken", ["fsync", "link"])
def test_after_a_crash_the_champion_is_unchanged(
    root: Path, files: Callable[[str], Files], monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    Registry(Folder(root)).promote("one", files("one"))

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, crash)
        with pytest.raises(KeyboardInterrupt):
            Registry(Folder(root)).promote("two", files("two"))
    assert Registry(Folder(root)).champion == "one"
    assert Registry(Folder(root)).promote("two", files("two")).number == 2


def test_a_promoted_folder_that_has_changed_is_refused(root: Path, files: Callable[[str], Files]) -> None:
    Registry(Folder(root)).promote("one", files("one"))
    card = root / "one" / CARD
    card.write_text(card.read_text().replace("toy-one", "toy-1"))
    (version,) = [each for each in Registry(Folder(root)).versions() if each.name == "one"]
    assert "has changed since it was promoted" in str(version.unreadable)
    assert Registry(Folder(root)).promote("one", files("one")).number == 2


def test_a_lake_keeps_promoted_files_even_if_the_folder_changes(
    root: Path, files: Callable[[str], Files], tmp_path: Path
) -> None:
    tables, before = Tables(create_lake(tmp_path / "lake")), files("one")
    Registry(tables).promote("one", before)
    card = root / "one" / CARD
    card.write_text(card.read_text().replace("toy-one", "toy-1"))
    Registry(tables).promote("one", files("one"))
    assert tables.files("one") == files("one") != before
    assert tables.files("one", archive.checksum(before)) == before
    tables.keep("one", before)
    assert tables.lake.read("models").collect().height == 8


def test_a_model_outside_the_folder_cannot_be_promoted(root: Path, files: Callable[[str], Files]) -> None:
    with pytest.raises(ModelError, match="is not below"):
        Registry(Folder(root)).promote("four", files("one"))
    with pytest.raises(ModelError, match="is not below"):
        Registry(Folder(root)).promote("two", files("one"))


def test_every_version_is_listed_with_its_card_or_an_error(root: Path) -> None:
    (root / "two" / MODEL).unlink()
    (root / "three" / CARD).write_text("{")
    (root / ".hidden").mkdir()
    versions = {version.name: version for version in Registry(Folder(root)).versions()}
    assert set(versions) == {SHIPPED, *MODELS}
    assert versions["one"].card is not None and versions["one"].card.name == "toy-one"
    assert "model.txt is missing" in str(versions["two"].unreadable)
    assert "not valid JSON" in str(versions["three"].unreadable)
    assert versions[SHIPPED].state == "champion"


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_history_is_an_error(root: Path, text: str) -> None:
    (root / HISTORY).mkdir()
    (root / HISTORY / "000001.json").write_text(text)
    with pytest.raises(ModelError, match="restore it"):
        Registry(Folder(root))


EVIL = ("../evil", "..", "/srv/evil", "a/../../evil", ".hidden", "history", "", "a\nb", "a\x1b[2J", "x" * 300, 5, None)


def set_champion(place: Archive, name: object) -> None:
    """Write a change that a command would never write."""
    change = {"number": 1, "action": "promote", "model": name, "champion": name, "before": "default"}
    change |= {"checksum": None, "at": "2024-01-01T00:00:00+00:00"}
    if isinstance(place, Folder):
        place.add(change)
        return
    row = {"number": 1, "action": "promote", "model": "x", "at": datetime(2024, 1, 1, tzinfo=UTC), "run": None}
    rows = pl.DataFrame([row | {"detail": json.dumps(change)}], schema_overrides={"run": pl.Int64})
    cast(Tables, place).lake.append("champions", rows, run=1, night=date(2024, 1, 1), step="champion")


@pytest.mark.parametrize("name", EVIL, ids=repr)
def test_an_entry_of_a_registry_never_loads_from_elsewhere(
    place: Archive, root: Path, name: object, toy_booster: Booster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKSCORE_MODELS", str(root))
    toy_booster.save(root.parent / "evil")
    set_champion(place, name)
    with pytest.raises(ModelError, match="restore it from a backup") as refused:
        Registry(place)
    assert "\n" not in str(refused.value)
    if isinstance(place, Folder):
        for read in (lambda: use.files(None), environment.champion, lambda: environment.model_folder(None)):
            with pytest.raises(RiskscoreError):
                read()


@pytest.mark.parametrize("name", ["../evil", "..", "", ".x", "a/b"])
def test_no_name_leads_a_folder_out_of_its_place(root: Path, name: str, files: Callable[[str], Files]) -> None:
    for lead_out in (lambda: Folder(root).files(name), lambda: archive.as_folder(name, files("one")).__enter__()):
        with pytest.raises(ModelError, match="not the name of a model"):
            lead_out()


def test_a_link_that_leads_out_of_the_folder_is_no_model(
    root: Path, toy_booster: Booster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKSCORE_MODELS", str(root))
    toy_booster.save(root.parent / "evil")
    (root / "linked").symlink_to(root.parent / "evil")
    (root / "latest").symlink_to(root / "one")
    assert "linked" not in Folder(root).names()
    with pytest.raises(ModelError, match="not the name of a model"):
        Folder(root).files("linked")
    with pytest.raises(SettingsError, match="leads out"):
        environment.model_folder("linked")
    assert Folder(root).files("latest") == Folder(root).files("one")


def test_files_of_a_lake_are_written_under_their_known_names_only(files: Callable[[str], Files]) -> None:
    with archive.as_folder("one", {**files("one"), "../../evil": "x", "more": "y"}) as folder:
        assert sorted(path.name for path in folder.iterdir()) == [CALIBRATION, CARD, "card.md", MODEL]


def test_a_changed_row_of_a_lake_is_not_used(tmp_path: Path, files: Callable[[str], Files]) -> None:
    tables, good = Tables(create_lake(tmp_path / "lake")), dict(files("one"))
    rows = pl.DataFrame({"file": list(good), "content": [text + " " for text in good.values()]})
    stored = {"name": pl.lit("one"), "checksum": pl.lit(archive.checksum(good)), "kept_at": pl.lit(datetime.now(UTC))}
    tables.lake.append("models", rows.with_columns(**stored), night=date(2024, 1, 1))
    with pytest.raises(ModelError, match="has changed since it was stored"):
        tables.files("one")


def test_a_champion_that_has_changed_is_not_used_however_it_is_named(
    root: Path, files: Callable[[str], Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKSCORE_MODELS", str(root))
    Registry(Folder(root)).promote("one", files("one"))
    assert use.files(None) == use.files("one") == ("one", files("one"))
    curve = root / "one" / CALIBRATION
    curve.write_text(curve.read_text().replace("slope", " slope"))
    for named in (None, "one", root / "one"):
        with pytest.raises(ModelError, match="has changed since it was promoted"):
            use.files(named)
    assert use.files("two")[0] == "two"


def test_a_history_with_a_gap_is_an_error(root: Path, files: Callable[[str], Files]) -> None:
    for name in ("one", "two"):
        Registry(Folder(root)).promote(name, files(name))
    (root / HISTORY / "000001.json").unlink()
    with pytest.raises(ModelError, match="has gaps"):
        Registry(Folder(root))
