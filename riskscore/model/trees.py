"""LightGBM, imported in the one place where it is kept from loading what scoring never uses."""

from riskscore.lean import without

with without("sklearn", "pandas", "matplotlib", "graphviz", "dask"):
    import lightgbm

__all__ = ["lightgbm"]
