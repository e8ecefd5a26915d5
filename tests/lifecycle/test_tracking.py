"""A training is logged to MLflow on request; the package need not be installed otherwise."""

import contextlib
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from riskscore.errors import SettingsError
from riskscore.lifecycle import tracking
from riskscore.model.booster import Booster


class MlflowException(Exception):  # noqa: N818  its name in MLflow
    pass


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The calls that a stand-in for MLflow received."""
    calls: dict[str, Any] = {"text": {}, "ended": False}

    @contextlib.contextmanager
    def start_run(run_name: str) -> Iterator[None]:
        calls["run"] = run_name
        yield
        calls["ended"] = True

    package = SimpleNamespace(
        exceptions=SimpleNamespace(MlflowException=MlflowException),
        set_tracking_uri=lambda uri: calls.update(uri=uri),
        set_experiment=lambda name: calls.update(experiment=name),
        start_run=start_run,
        log_params=lambda params: calls.update(params=params),
        log_metrics=lambda metrics: calls.update(metrics=metrics),
        set_tags=lambda tags: calls.update(tags=tags),
        log_text=lambda text, file: calls["text"].update({file: text}),
    )
    monkeypatch.setitem(sys.modules, "mlflow", package)
    calls["package"] = package
    return calls


def test_parameters_metrics_and_card_are_logged(toy_booster: Booster, logged: dict[str, Any]) -> None:
    card = toy_booster.card
    tracking.log(card, "file:///somewhere")
    assert (logged["uri"], logged["experiment"], logged["run"]) == ("file:///somewhere", "riskscore", card.name)
    assert logged["params"]["learning_rate"] == 0.03
    assert logged["params"]["trees"] == card.trees
    assert logged["params"]["data_sha256"] == card.reproduction["data_sha256"]
    overall = card.test["overall"]
    assert logged["metrics"]["overall/roc_auc"] == overall["roc_auc"]["value"]
    assert logged["metrics"]["overall/recall_at_5"] == overall["at"][2]["recall"]["value"]
    assert all(isinstance(value, float) for value in logged["metrics"].values())
    assert logged["text"] == {"card.json": card.to_json(), "card.md": card.to_markdown()}
    assert logged["tags"]["data"] == "simulated"
    assert logged["ended"]


def test_a_refusal_says_that_the_model_is_written(toy_booster: Booster, logged: dict[str, Any]) -> None:
    def refuse(params: object) -> None:
        raise MlflowException("no\nsuch server")

    logged["package"].log_params = refuse
    with pytest.raises(SettingsError, match="the model is written, but MLflow at x refused the log: no such server"):
        tracking.log(toy_booster.card, "x")


@pytest.mark.parametrize("kind", [MlflowException, ConnectionError, ValueError])
@pytest.mark.parametrize("repeated", ["http://ana:s3cr%40t@host:5000/api", "user ana, password s3cr@t", "s3cr%40t"])
def test_a_password_in_the_address_is_never_repeated(
    kind: type[Exception], repeated: str, toy_booster: Booster, logged: dict[str, Any]
) -> None:
    def refuse(params: object) -> None:
        raise kind(f"cannot reach {repeated}")

    logged["package"].log_params = refuse
    with pytest.raises(SettingsError, match="refused the log: cannot reach") as raised:
        tracking.log(toy_booster.card, "http://ana:s3cr%40t@host:5000")
    assert "s3cr" not in str(raised.value)
    assert "ana" not in str(raised.value)


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, toy_booster: Booster
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(SettingsError, match=r"pip install 'riskscore\[mlflow\]'"):
        tracking.log(toy_booster.card, "x")
