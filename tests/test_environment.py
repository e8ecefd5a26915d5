"""The folder of a model, found by its name or because it is the champion."""

import json

import pytest

from riskscore import environment, folders
from riskscore.errors import SettingsError


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("RISKSCORE_MODELS", str(tmp_path / "models"))
    for name in ("one", "two"):
        (tmp_path / "models" / name).mkdir(parents=True)
    return tmp_path / "models"


def promoted(models, number, name):
    (models / environment.HISTORY).mkdir(exist_ok=True)
    (models / environment.HISTORY / f"{number:06}.json").write_text(json.dumps({"champion": name}))


def test_without_a_promotion_the_shipped_model_is_champion(models, tmp_path, monkeypatch):
    assert environment.model_folder(None) == environment.model_folder("default") == folders.default_model()
    monkeypatch.setenv("RISKSCORE_MODELS", str(tmp_path / "nowhere"))
    assert environment.model_folder(None) == folders.default_model()


def test_the_last_change_decides_the_champion(models):
    promoted(models, 9, "one")
    promoted(models, 10, "two")
    assert environment.model_folder(None) == models / "two"
    assert environment.model_folder("one") == models / "one"
    promoted(models, 11, "default")
    assert environment.model_folder(None) == folders.default_model()


def test_an_unfinished_change_does_not_count(models):
    promoted(models, 1, "one")
    (models / environment.HISTORY / ".000002.json.1.ab.part").write_text("{")
    assert environment.champion() == "one"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null"])
def test_a_damaged_change_is_an_error(models, text):
    promoted(models, 1, "one")
    (models / environment.HISTORY / "000002.json").write_text(text)
    with pytest.raises(SettingsError, match=r"000002\.json does not say which model is the champion"):
        environment.model_folder(None)


def test_a_missing_champion_is_an_error(models):
    promoted(models, 1, "three")
    with pytest.raises(SettingsError, match=r"no model folder .*three"):
        environment.model_folder(None)


@pytest.mark.parametrize(("threads", "fits"), [("0", False), (" 00 ", False), ("1", True), ("10", True), ("", True)])
def test_polars_is_not_told_to_work_with_no_thread(monkeypatch: pytest.MonkeyPatch, threads: str, fits: bool) -> None:
    monkeypatch.setenv(environment.THREADS, threads)
    if fits:
        environment.check_threads()
    else:
        with pytest.raises(SettingsError, match="at least 1"):
            environment.check_threads()
