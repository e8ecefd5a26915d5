"""The folders of data: next to the package in a checkout, inside the package in an installed wheel."""

from importlib.util import find_spec
from pathlib import Path

from riskscore.errors import SettingsError

_PACKAGE = Path(__file__).parent


def _shipped(name: str) -> Path:
    for folder in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise SettingsError(f"the folder '{name}' is missing from this installation; install riskscore again")


def package(name: str) -> Path:
    """Folder of an installed package, found without importing it. Raises SettingsError if it is not installed."""
    spec = find_spec(name)
    for folder in (spec and spec.submodule_search_locations) or ():
        return Path(folder)
    raise SettingsError(f"the package {name} is not installed; install riskscore again")


def features() -> Path:
    """Folder of the catalogue: one TOML file per family of features, and `reference/`."""
    return _shipped("features")


def reference() -> Path:
    """Folder of the small tables written for this project."""
    return features() / "reference"


def default_model() -> Path:
    """Folder of the model that ships."""
    return _shipped("models") / "default"
