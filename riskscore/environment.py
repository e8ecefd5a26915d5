"""Settings that come from the environment: read when asked for, never at import.

`RISKSCORE_MODELS` names the folder that holds the models, one folder a version; without it `models` in the
working folder. Where one of them was promoted (`riskscore models promote`), its `history` says which; the default model
ships with the package and needs no setting.

A lake on a store with an address (s3://...) takes its options, such as `aws_endpoint_url`, from variables called
`RISKSCORE_STORAGE_AWS_ENDPOINT_URL` and so on, or from the table [storage] of the TOML file that `RISKSCORE_STORAGE`
names, which only its owner should be able to read; a variable wins over the file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from riskscore import folders, toml
from riskscore.errors import SettingsError


def models() -> Path:
    """Folder of the user's own models; it need not exist."""
    return Path(os.environ.get("RISKSCORE_MODELS") or "models")


HISTORY = "history"
"""Folder below `models()` with one file a change of the champion, in order; no model is called so."""

SHIPPED = "default"
"""Name of the model that ships."""


def champion() -> str:
    """Name of the model below `models()` that was promoted last, or SHIPPED where none was.

    Raises SettingsError where the last change cannot be read.
    """
    last = max((models() / HISTORY).glob("[0-9]*.json"), default=None)
    if last is None:
        return SHIPPED
    try:
        return str(json.loads(last.read_text("utf-8"))["champion"])
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{last} does not say which model is the champion; name a model, or restore it") from None


def model_folder(model: str | Path | None) -> Path:
    """Folder of `model`: a folder, the name of one under `models()`, SHIPPED, or None for the champion.

    Raises SettingsError when there is no such folder, with the places that were looked at.
    """
    if model is None:
        name = champion()
        return folders.default_model() if name == SHIPPED else _folder(models() / name)
    places = [Path(model), models() / model]
    if str(model) == SHIPPED:
        places.append(folders.default_model())
    return _folder(*places)


def _folder(*places: Path) -> Path:
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(dict.fromkeys(map(str, places)))
    raise SettingsError(f"no model folder {looked}; `riskscore train` makes one")


STORAGE = "RISKSCORE_STORAGE"
"""Variable that names the TOML file; with an underscore behind it, the beginning of every single option's."""


def storage() -> dict[str, str]:
    """Options of the store that a lake is on, by lower-case name. They may be secret: never print them.

    Raises SettingsError where the file that is named cannot be read or holds anything but plain values.
    """
    prefix = f"{STORAGE}_"
    single = {name.removeprefix(prefix).lower(): os.environ[name] for name in os.environ if name.startswith(prefix)}
    file = os.environ.get(STORAGE)
    return (_storage_file(Path(file)) if file else {}) | single


def _storage_file(path: Path) -> dict[str, str]:
    table = toml.load(path, f"the file that ${STORAGE} names,").get("storage")
    if not isinstance(table, dict) or not all(isinstance(value, str | int) for value in table.values()):
        raise SettingsError(f'{path} needs a table [storage] of plain values, such as aws_region = "eu-west-1"')
    return {
        name.lower(): str(value).lower() if isinstance(value, bool) else str(value) for name, value in table.items()
    }
