"""Use: the files of the model that somebody names, or of the champion, checked against the registry of the folder."""

from __future__ import annotations

import contextlib
from pathlib import Path

from riskscore import environment
from riskscore.environment import SHIPPED
from riskscore.errors import ModelError
from riskscore.model import archive
from riskscore.model.archive import Files, Folder
from riskscore.model.registry import Registry


def files(model: str | Path | None) -> tuple[str, Files]:
    """Return name and files of `model`: a folder, its name in the folder of models, or None for the champion.

    Raises SettingsError if there is none, and ModelError if it cannot be read, or is the champion and not as promoted.
    """
    root = environment.models()
    if model is None:
        registry = Registry(Folder(root))
        return registry.champion, registry.archive.files(registry.champion, registry.checksum)
    folder = environment.model_folder(model)
    name = SHIPPED if str(model) == SHIPPED else folder.resolve().name
    texts = archive.read(folder)
    history = None
    if folder.resolve().parent == root.resolve():
        with contextlib.suppress(ModelError):  # whoever names a model can do without a history
            history = Registry(Folder(root))
    if history is not None:
        history.check_unchanged(name, texts)
    return name, texts
