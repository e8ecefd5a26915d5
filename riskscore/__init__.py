"""riskscore: reads cargo manifests, ranks consignments by smuggling risk, and says why.

    import riskscore

    manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
    scored = riskscore.score(manifest.consignments)

The names below are the whole public API; each loads its module on first use, so `import riskscore` is quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "explain", "read", "score", "simulate", "train"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("riskscore.engine"), name)
    raise AttributeError(f"module 'riskscore' has no attribute {name!r}")
