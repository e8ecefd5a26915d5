"""Check that a model fits a catalogue.

A model scores with the features that it was trained on. Features that were declared later are not in the model yet:
they are not computed and give no reasons, but they are listed. A feature that the model uses must still have the same
meaning, unit, direction and needs; otherwise the model is refused.
"""

from __future__ import annotations

from dataclasses import replace

from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model import smoothing
from riskscore.model.card import Card, digests


def check(card: Card, catalogue: Catalogue, where: object) -> None:
    """Raise ModelError with the features of the model that the catalogue lacks or declares differently."""
    declared = digests(catalogue)
    differences = {
        "not in the catalogue": [name for name in card.features if name not in declared],
        "declared differently": [
            name for name, digest in card.features.items() if declared.get(name, digest) != digest
        ],
    }
    if any(differences.values()):
        details = "; ".join(f"{how}: {_few(names)}" for how, names in differences.items() if names)
        raise ModelError(f"the model in {where} was trained on other features ({details}); train it again")


def catalogue_for(card: Card, catalogue: Catalogue) -> Catalogue:
    """Return `catalogue` for the model of `card`: its features in its order, with its own smoothing.

    Features that the model does not have become `pending`.
    """
    smoothed = smoothing.catalogue_for(card, catalogue)
    features = {name: catalogue.features[name] for name in card.features}
    pending = tuple(feature for name, feature in catalogue.features.items() if name not in features)
    return replace(smoothed, features=features, pending=pending)


def _few(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
