"""Service: what a customs service declares of its own, in a TOML file; every part of it may be left out.

    [row] key, columns it lacks   [columns] headings   [outcome] where the finding stands
    [field.NAME] its own fields   [profile.NAME] whose past counts, over own and canonical columns

The file is `riskscore.toml` in the working folder, or what `--settings` or `RISKSCORE_SETTINGS` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Service:
    """A service's own declarations; `Service()` is one that has none: canonical container manifests."""

    drift: Mapping[str, Any] = field(default_factory=dict)


NONE = Service()
