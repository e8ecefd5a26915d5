"""Tracking: log parameters, metrics and card of a training to MLflow, if --mlflow is given.

MLflow is an extra (`pip install 'riskscore[mlflow]'`) and is imported only here, when a training is to be logged.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from riskscore.errors import SettingsError
from riskscore.model.booster import CARD, READABLE
from riskscore.model.card import Card
from riskscore.visible import message

EXPERIMENT = "riskscore"


def mlflow() -> Any:
    """Import and return the package. Raises SettingsError if it is not installed."""
    try:
        return importlib.import_module("mlflow")
    except ImportError:
        raise SettingsError("--mlflow needs MLflow, which is not installed: pip install 'riskscore[mlflow]'") from None


def log(card: Card, uri: str) -> None:
    """Log one training as an MLflow run named after the model.

    `uri` is the tracking URI. Raises SettingsError if MLflow is not installed or refuses.
    """
    package = mlflow()
    try:
        package.set_tracking_uri(uri)
        package.set_experiment(EXPERIMENT)
        with package.start_run(run_name=card.name):
            package.log_params(dict(_params(card)))
            package.log_metrics(dict(_metrics(card)))
            package.set_tags({"data": card.data, "labels": card.labels, "catalogue": card.catalogue})
            package.log_text(card.to_json(), CARD)
            package.log_text(card.to_markdown(), READABLE)
    except (package.exceptions.MlflowException, OSError, ValueError) as refused:
        reason = message(_without_secrets(str(refused), uri), 160)
        raise SettingsError(
            f"the model is written, but MLflow at {message(uri, 80)} refused the log: {reason}"
        ) from None


def _without_secrets(text: str, uri: str) -> str:
    """`text` without the user and the password of `uri`, however MLflow repeats them."""
    secret, at, _ = uri.partition("://")[2].rpartition("@")
    for part in sorted({secret, *secret.split(":"), unquote(secret), *map(unquote, secret.split(":"))}, key=len)[::-1]:
        text = text.replace(part, "***") if at and part else text
    return text


def _params(card: Card) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in card.settings.items() if not isinstance(value, Mapping | list))
    yield from (("trees", card.trees), ("rows", card.rows), ("positives", card.positives))
    yield from (("learned_until", card.learned_until), ("period", " to ".join(card.period)))
    yield from card.reproduction.items()


def _metrics(card: Card) -> Iterator[tuple[str, float]]:
    """Yield the test figures of all rows and of the random inspections: `overall/recall_at_5`, and so on."""
    for part in ("overall", "random"):
        test = card.test.get(part) or {}
        for name, value in test.items():
            figure = value.get("value") if isinstance(value, Mapping) else value
            if isinstance(figure, int | float):
                yield f"{part}/{name}", float(figure)
        for at in test.get("at", []):
            for name in ("precision", "recall"):
                yield f"{part}/{name}_at_{100 * at['share']:g}", float(at[name]["value"])
