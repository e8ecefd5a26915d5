"""riskscore: reads cargo manifests, ranks consignments by smuggling risk, and says why.

    import riskscore

    manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
    scored = riskscore.score(manifest.consignments)

The names below are the whole public API; each loads its module on first use, so `import riskscore` is quick.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskscore.engine import explain, read, score, simulate, train

__version__ = "0.1.0"
__all__ = ["__version__", "explain", "read", "score", "simulate", "train"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("riskscore.engine"), name)
    raise AttributeError(f"module 'riskscore' has no attribute {name!r}")


class _Api(ModuleType):
    """This package: `riskscore.explain` and `riskscore.simulate` stay functions.

    Importing the packages of the same names would otherwise put these in the functions' place.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Api
