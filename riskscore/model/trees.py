"""Import LightGBM in one place, without the libraries and wrappers that scoring never uses.

Its wrappers for scikit-learn and Dask read their own docstrings, which `PYTHONOPTIMIZE=2` removes.
"""

from riskscore.lean import without

_LIBRARIES = ("sklearn", "pandas", "matplotlib", "graphviz", "dask")
_WRAPPERS = ("lightgbm.sklearn", "lightgbm.dask", "lightgbm.plotting")

with without(*_LIBRARIES, *_WRAPPERS):
    import lightgbm

__all__ = ["lightgbm"]
