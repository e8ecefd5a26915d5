"""Changes of champion in a folder and in a lake: who is champion, who was, and what happens to simultaneous changes."""

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from riskscore.environment import HISTORY, SHIPPED
from riskscore.errors import ModelError
from riskscore.lake.open import create_lake
from riskscore.model import archive
from riskscore.model.archive import Archive, Files, Folder, Tables
from riskscore.model.booster import CARD, MODEL, Booster
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
