"""Settings from environment variables. They are read when needed, never at import.

`RISKSCORE_MODELS` names the folder of models, which has one folder per version. Its default is `models` in the working
folder. If a model was promoted (`riskscore models promote`), the subfolder `history` says which one. The model that
ships with the package needs no setting.

`RISKSCORE_DEFECTS` names the folder for reports of defects. Its default is `~/.local/state/riskscore/defects`.
`RISKSCORE_LIMITS` is a factor, 1 by default, for the memory and the time that a nightly run spends on looking at a file
that has arrived.

The options of an object store (s3://...), such as `aws_endpoint_url`, come from variables such as
`RISKSCORE_STORAGE_AWS_ENDPOINT_URL`, or from the table [storage] of the TOML file that `RISKSCORE_STORAGE` names. Only
its owner should be able to read that file. A variable overrides the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from riskscore import door, folders, toml, tree
from riskscore.errors import SettingsError

HISTORY = "history"
"""Subfolder of `models()` with one numbered file per change of the champion. No model may have this name."""

SHIPPED = "default"
"""Name of the model that ships."""

_LONGEST_NAME = 200

STORAGE = "RISKSCORE_STORAGE"
"""Variable with the path of the TOML file. The variable of a single option begins with this name and an underscore."""

LIMITS = "RISKSCORE_LIMITS"
"""Variable with the factor for the limits within which files of an inbox are looked at."""

THREADS = "POLARS_MAX_THREADS"
"""Variable of Polars with the number of its threads, of which there must be one."""

_MOST = 1_000.0
"""Largest factor: 10,000 seconds and a terabyte for one file."""


def limits() -> float:
    """The factor for the limits of memory and time; 1 by default. Raises SettingsError unless it is from 0 to _MOST."""
    text = os.environ.get(LIMITS) or "1"
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor <= _MOST:
        raise SettingsError(
            f"${LIMITS} is {text!r}; write a number above 0, up to 1000, such as 2 for twice the limits"
        )
    return factor


def check_threads() -> None:
    """Raise SettingsError if Polars is told to work with no thread: it would end the process."""
    text = os.environ.get(THREADS, "")
    if text.strip() and not text.strip().strip("0"):
        raise SettingsError(f"${THREADS} is {text!r}; write a number of at least 1, or leave it out")


def models() -> Path:
    """Folder of the user's models. It may not exist."""
    return Path(os.environ.get("RISKSCORE_MODELS") or "models")


def is_model_name(name: object) -> bool:
    """Whether it is the plain name of a model below `models()`: not a path, not hidden, and without control characters.

    Names in a registry are data, and must not lead anywhere else.
    """
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        return False
    return name != HISTORY and not name.startswith(".") and not {*name} & {"/", "\\"}


def folder_below(root: Path, name: str) -> Path | None:
    """The folder `name` below `root`; None if it is no plain name, or a link that leads out of `root`."""
    if not is_model_name(name) or not (root / name).resolve().is_relative_to(root.resolve()):
        return None
    return root / name


def champion() -> str:
    """Name of the model in `models()` that was promoted last, or SHIPPED if none was.

    Raises SettingsError if the last change cannot be read, or names no model.
    """
    last = max((models() / HISTORY).glob("[0-9]*.json"), default=None)
    if last is None:
        return SHIPPED
    try:
        name = tree.load_json(door.read(last))["champion"]
    except (OSError, ValueError, LookupError, TypeError):
        name = None
    if not is_model_name(name):
        raise SettingsError(
            f"{last} does not say which model is the champion; restore that file, or name a model"
        ) from None
    return str(name)


def model_folder(model: str | Path | None) -> Path:
    """Folder of `model`: a folder, the name of one under `models()`, SHIPPED, or None for the champion.

    Raises SettingsError, with the folders that were tried, if there is none.
    """
    if model is None:
        name = champion()
        return folders.default_model() if name == SHIPPED else _folder(_below(name))
    places = [Path(model)]
    if is_model_name(str(model)):
        places.append(_below(str(model)))
    if str(model) == SHIPPED:
        places.append(folders.default_model())
    return _folder(*places)


def _below(name: str) -> Path:
    folder = folder_below(models(), name)
    if folder is None:
        raise SettingsError(f"the model {name} is not below {models()}, but a link that leads out of it; move it there")
    return folder


def _folder(*places: Path) -> Path:
    for place in places:
        if place.is_dir():
            return place
    tried = " or ".join(dict.fromkeys(map(str, places)))
    raise SettingsError(f"there is no model folder {tried}; train a model with `riskscore train`")


def defects() -> Path:
    """Folder of the reports of defects: `RISKSCORE_DEFECTS`, or a folder below the user's home. It may not exist."""
    state = os.environ.get("XDG_STATE_HOME") or Path(os.path.expanduser("~"), ".local", "state")  # noqa: PTH111
    return Path(os.environ.get("RISKSCORE_DEFECTS") or Path(state, "riskscore", "defects"))


def storage() -> dict[str, str]:
    """Options of the object store of a lake, by lower-case name. They may be secret: never print them.

    Raises SettingsError if the file cannot be read, or has anything but plain values.
    """
    prefix = f"{STORAGE}_"
    variables = {name.removeprefix(prefix).lower(): os.environ[name] for name in os.environ if name.startswith(prefix)}
    file = os.environ.get(STORAGE)
    return (_storage_file(Path(file)) if file else {}) | variables


def _storage_file(path: Path) -> dict[str, str]:
    table = toml.load(path, f"the file that ${STORAGE} names,").get("storage")
    if not isinstance(table, dict) or not all(isinstance(value, str | int) for value in table.values()):
        raise SettingsError(f'{path} needs a table [storage] of plain values, such as aws_region = "eu-west-1"')
    return {
        name.lower(): str(value).lower() if isinstance(value, bool) else str(value) for name, value in table.items()
    }
