"""The lake of two made-up nights, and what tests do with it."""

from two_nights import drawn, filled, findings, lake, worker

__all__ = ["drawn", "filled", "findings", "lake", "worker"]
