"""Import LightGBM in one place, without the libraries that scoring never uses."""

from riskscore.lean import without

with without("sklearn", "pandas", "matplotlib", "graphviz", "dask"):
    import lightgbm

__all__ = ["lightgbm"]
