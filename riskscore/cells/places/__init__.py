"""Cells about places: ports and countries, by name, code or number, in many languages.

The tables of the world's places belong to `reference`; what a place says about risk does not belong here.
"""

from riskscore.cells.places.lands import are_countries, countries
from riskscore.cells.places.names import are_ports, countries_of, ports

__all__ = ["are_countries", "are_ports", "countries", "countries_of", "ports"]
