"""riskscore ranks the consignments of cargo manifests by smuggling risk, and explains the ranking.

    import riskscore

    manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
    ranked = riskscore.score(manifest)

The names in `__all__` are the public API. Each one loads its module on first use, so `import riskscore` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskscore.engine.evaluate import evaluate
    from riskscore.engine.explain import explain, explain_changed
    from riskscore.engine.read import read, read_history, read_outcomes
    from riskscore.engine.score import score
    from riskscore.engine.train import train
    from riskscore.errors import (
        BusyError,
        CatalogueError,
        LakeError,
        ManifestError,
        ModelError,
        ReferenceDataError,
        RiskscoreError,
        SettingsError,
        TrainingError,
    )
    from riskscore.explanation.explanation import Explanation
    from riskscore.history.past import Past
    from riskscore.settings import read_settings
    from riskscore.simulation.write import simulate
    from riskscore.training.labels import Labels
    from riskscore.training.plan import Plan

__version__ = "0.1.0"

_MODULES = {
    "engine.evaluate": ("evaluate",),
    "engine.explain": ("explain", "explain_changed"),
    "engine.read": ("read", "read_history", "read_outcomes"),
    "engine.score": ("score",),
    "engine.train": ("train",),
    "errors": (
        *("BusyError", "CatalogueError", "LakeError", "ManifestError", "ModelError"),
        *("ReferenceDataError", "RiskscoreError", "SettingsError", "TrainingError"),
    ),
    "explanation.explanation": ("Explanation",),
    "history.past": ("Past",),
    "settings": ("read_settings",),
    "simulation.write": ("simulate",),
    "training.labels": ("Labels",),
    "training.plan": ("Plan",),
}
"""Module -> the public names that it defines."""

__all__ = [
    "BusyError",
    "CatalogueError",
    "Explanation",
    "Labels",
    "LakeError",
    "ManifestError",
    "ModelError",
    "Past",
    "Plan",
    "ReferenceDataError",
    "RiskscoreError",
    "SettingsError",
    "TrainingError",
    "__version__",
    "evaluate",
    "explain",
    "explain_changed",
    "read",
    "read_history",
    "read_outcomes",
    "read_settings",
    "score",
    "simulate",
    "train",
]


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"riskscore.{module}"), name)
    raise AttributeError(f"module 'riskscore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
