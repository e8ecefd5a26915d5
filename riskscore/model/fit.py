"""How a model and a catalogue fit together.

A model scores with the features that it was trained on. Features that the catalogue declared since are not in this
model yet: they are neither computed nor told as reasons, but listed. A feature that the model does use must still be
declared as it was, with the same meaning, unit, direction and needs; otherwise the model is refused.
"""

from __future__ import annotations

from dataclasses import replace

from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model import smoothing
from riskscore.model.card import Card, digests


def check(card: Card, catalogue: Catalogue, where: object) -> None:
    """Raise ModelError naming the features that the model uses and the catalogue lacks or declares otherwise."""
    declared = digests(catalogue)
    differences = {
        "not in the catalogue": [name for name in card.features if name not in declared],
        "declared otherwise": [name for name, known in card.features.items() if declared.get(name, known) != known],
    }
    if any(differences.values()):
        told = "; ".join(f"{how}: {_few(names)}" for how, names in differences.items() if names)
        raise ModelError(f"the model in {where} was trained on other features ({told}); train it again")


def measured(card: Card, catalogue: Catalogue) -> Catalogue:
    """`catalogue` as the model of `card` measures it: its features in its order, with the smoothing that it chose.

    The others are the catalogue's `pending` features.
    """
    smoothed = smoothing.of(card, catalogue)
    features = {name: catalogue.features[name] for name in card.features}
    pending = tuple(feature for name, feature in catalogue.features.items() if name not in features)
    return replace(smoothed, features=features, pending=pending)


def _few(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
