"""Where the data folders are: in a checkout beside the package, in an installed wheel inside it."""

from pathlib import Path

from riskscore.errors import SettingsError

_PACKAGE = Path(__file__).parent


def _shipped(name: str) -> Path:
    for folder in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise SettingsError(f"folder '{name}' is missing from this installation; install riskscore again")


def features() -> Path:
    """Folder of the catalogue: one TOML file a family, and `reference/`."""
    return _shipped("features")


def reference() -> Path:
    """Folder of the small tables written for this project."""
    return features() / "reference"


def default_model() -> Path:
    """Folder of the model that ships."""
    return _shipped("models") / "default"
