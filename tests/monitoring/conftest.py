"""Fixtures of the lake with two made-up nights."""

from two_nights import drawn, filled, findings, lake, worker

__all__ = ["drawn", "filled", "findings", "lake", "worker"]
