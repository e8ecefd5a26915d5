from __future__ import annotations

import polars as pl

from riskscore import reference
from riskscore.world.places import _INLAND


def test_every_inland_place_of_the_simulated_world_is_known() -> None:
    assert set(_INLAND) <= set(reference.places()["locode"])


def test_a_name_is_listed_once_per_country_and_once_alone() -> None:
    assert reference.towns().select("name", "country").is_unique().all()
    assert reference.towns_alone()["name"].is_unique().all()


def test_the_country_of_a_place_is_never_taken_from_a_text_that_is_no_code() -> None:
    places = pl.DataFrame({"place": ["DEHAM", "SAVUS", "CHINA", "CN", "KZALA", None]})
    found = places.select(country=reference.country_of_place("place"), known=reference.known_place("place"))
    assert found["country"].to_list() == ["DE", None, None, "CN", "KZ", None]
    assert found["known"].to_list() == ["DEHAM", None, None, None, "KZALA", None]
