"""Import a library without the optional ones that it loads as soon as they are installed.

LightGBM loads scikit-learn, SciPy's statistics and pandas for wrappers that nothing here uses, dataframely loads
SQLAlchemy: a second and more at the start of every command. Both do without where these are not to be found.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """Within the block the modules `names` cannot be imported, unless they have been already."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # what makes Python say that there is no such module
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
