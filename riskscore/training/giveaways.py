"""Giveaways: single features that tell finds from the rest almost alone, because they contain the answer.

    a feature ─▶ its best ranking, or the rate of finds at each of its values ─▶ ROC-AUC at least TOO_GOOD ─▶ refused

Such a column is filled in after the inspection: an action, a fine, the date of a release. A model that learned it would
look perfect in every test and know nothing in service. Rates are measured on one half of the period and judged on the
other, so that a number that only names each row tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.features.catalogue import Catalogue
from riskscore.judging.metrics import areas
from riskscore.training.dataset import Dataset

TOO_GOOD = 0.98
"""Least ROC-AUC of one feature alone that is taken for the answer. Honest single features stay far below it."""

FEWEST = 20
"""Least number of finds, and of other rows, from which a feature is judged."""

SAMPLE = 100_000
"""Most rows that are looked at; all finds among them, as far as they fit."""

_GROUPS = 64
_SHOWN = 5


def check(data: Sequence[Dataset], catalogue: Catalogue, features: Sequence[str] | None = None) -> None:
    """Raise TrainingError if one of `features`, by default all, alone tells the finds in `data` from the rest.

    A simulation's truth cannot leak into what was filed, so only outcomes are checked. What the settings `allow` is not
    refused: a feature, a field or a profile by its name.
    """
    for part in data:
        if part.labels == "outcomes" and (found := giveaways(part, catalogue, features)):
            raise TrainingError(_refusal(found, part, catalogue))


def giveaways(data: Dataset, catalogue: Catalogue, features: Sequence[str] | None = None) -> dict[str, float]:
    """Return the features that are not allowed and tell finds from the rest, with their ROC-AUC, the best first."""
    target = data.target
    finds = int(target.sum())
    if min(finds, target.size - finds) < FEWEST:
        return {}
    at = _sampled(target)
    labels = target[at]
    found: dict[str, float] = {}
    for name in catalogue.names if features is None else features:
        if name in data.matrix.columns and not _is_allowed(name, catalogue):
            column = data.matrix[name].to_numpy().astype(np.float64)[at]
            area = max(float(areas(column[:, None], labels)[0]), by_rates(column, labels))
            if area >= TOO_GOOD:
                found[name] = area
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def by_rates(column: NDArray[np.float64], labels: NDArray[np.int8]) -> float:
    """Return the ROC-AUC of the rate of finds at each value of `column`, each half judged by the rates of the other.

    Rows must be in order of time. Numbers with many values are put in groups first. Returns 0.5 where a half has no
    find, or only finds.
    """
    return of_groups(_groups(column), labels)


def of_groups(groups: NDArray[np.int64], labels: NDArray[np.int8]) -> float:
    """Return what `by_rates` does, for values that are numbered from 0 already."""
    half = labels.size // 2
    first = np.arange(labels.size) < half
    size = int(groups.max(initial=0)) + 1
    judged = []
    for learned, other in ((first, ~first), (~first, first)):
        if not 0 < labels[other].sum() < other.sum() or not learned.any():
            return 0.5
        rows = np.bincount(groups[learned], minlength=size)
        finds = np.bincount(groups[learned], weights=labels[learned], minlength=size)
        rates = (finds + labels[learned].mean()) / (rows + 1)
        judged.append(float(areas(rates[groups[other]][:, None], labels[other])[0]))
    return float(np.mean(judged))


def _groups(column: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a number for each value of `column`, or for each of 64 ranges; missing values have one of their own."""
    known = ~np.isnan(column)
    numbered = np.zeros(column.size, np.int64)
    values, places = np.unique(column[known], return_inverse=True)
    if values.size > _GROUPS:
        places = places * _GROUPS // values.size
    numbered[known] = places + 1
    return numbered


def _sampled(target: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the rows to look at, in their order: all where they are few, else half of them finds at most."""
    if target.size <= SAMPLE:
        return np.arange(target.size)
    kinds = [np.flatnonzero(target == label) for label in (1, 0)]
    finds = kinds[0][:: max(1, -(-kinds[0].size // (SAMPLE // 2)))]
    others = kinds[1][:: max(1, -(-kinds[1].size // (SAMPLE - finds.size)))]
    return np.sort(np.concatenate([finds, others]))


def _is_allowed(name: str, catalogue: Catalogue) -> bool:
    """Whether the settings allow a feature: by its name, or by that of the profile that it belongs to."""
    settings = catalogue.settings
    allowed = set(settings.allow)
    profiles = catalogue.profiles.profiles
    return name in allowed or any(
        profile in allowed and name in {profiles[profile].output(stat) for stat in profiles[profile].stats}
        for profile in settings.profiles
    )


def _refusal(found: dict[str, float], data: Dataset, catalogue: Catalogue) -> str:
    named = ", ".join(f"{name} ({area:.3f})" for name, area in list(found.items())[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    others = data.target.size - data.positives
    tells = "alone tells" if len(found) == 1 else "each alone tell"
    return (
        f"{named}{more} {tells} the {data.positives:,} finds from the {others:,} other rows, so the answer seems to be "
        f"in there (ROC-AUC {TOO_GOOD} or more); remove {_origin(next(iter(found)), catalogue)}, or, if it is known "
        f"before the inspection, write allow = [{', '.join(map(_quoted, found))}] under [training] in the settings"
    )


def _origin(name: str, catalogue: Catalogue) -> str:
    """What to remove from the settings so that the feature `name` is gone."""
    if any(field.name == name for field in catalogue.settings.fields):
        return f"[field.{name}]"
    profiles = [each for each in catalogue.settings.profiles if name.startswith(f"{each}_")]
    return f"[profile.{max(profiles, key=len)}]" if profiles else "the column that it is made from"


def _quoted(name: str) -> str:
    return f'"{name}"'
