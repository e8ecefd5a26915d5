"""Import a library without the optional libraries that it would load.

LightGBM loads scikit-learn, SciPy's statistics and pandas for wrappers that are not used here. dataframely loads
SQLAlchemy. That costs more than a second at the start of each command, and both work without them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """In the block, the modules `names` cannot be imported, unless they are loaded already."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # Python then reports that there is no such module
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
