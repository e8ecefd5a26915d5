"""Settings that come from the environment: read when asked for, never at import.

`RISKSCORE_MODELS` names the folder that holds the models, one folder a version; without it `models` in the
working folder. The default model ships with the package and needs no setting.
"""

from __future__ import annotations

import os
from pathlib import Path

from riskscore import folders
from riskscore.errors import SettingsError


def models() -> Path:
    """Folder of the user's own models; it need not exist."""
    return Path(os.environ.get("RISKSCORE_MODELS") or "models")


def model_folder(model: str | Path | None) -> Path:
    """Folder of `model`: a folder, the name of one under `models()`, or None for the one that ships.

    Raises SettingsError when there is no such folder, with the places that were looked at.
    """
    if model is None:
        return folders.default_model()
    places = (Path(model), models() / model)
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(dict.fromkeys(map(str, places)))
    raise SettingsError(f"no model folder {looked}; `riskscore train` makes one")
