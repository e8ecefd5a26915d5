from __future__ import annotations

import polars as pl
import pytest

from riskscore import reference
from riskscore.cells.places import are_ports, countries, ports

PORTS = [
    ("VNHPH", "VNHPH"),
    ("VN HPH", "VNHPH"),
    ("vn-hph", "VNHPH"),
    ("Haiphong", "VNHPH"),
    ("HAIPHONG, VIETNAM", "VNHPH"),
    ("Haiphong (VNHPH)", "VNHPH"),
    ("Port of Singapore", "SGSIN"),
    ("Hamburg", "DEHAM"),
    ("57035 - Singapore", "SGSIN"),
    ("Sài Gòn", "VNSGN"),
    ("Los Angeles, CA", "USLAX"),
    ("Los Angeles, California", "USLAX"),
    ("Vancouver, BC", "CAVAN"),
    ("Hamburg, CA", "HAMBURG, CA"),
    ("ZZ Nowhere at all", "ZZ NOWHERE AT ALL"),
    ("VN Q9Q", "VN Q9Q"),
    ("某个地方", "某个地方"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ("GHANA", "GH"),  # the country is known, and the port is not
    ("Brazil", "BR"),  # not Brazil in Indiana
    ("P.R. CHINA", "CN"),
    ("KE", "KE"),
    ("Singapore", "SGSIN"),
    ("KENYA", "KE"),
    ("NEPAL", "NP"),
    ("MARSH", "MARSH"),  # five letters, but no code
    ("CAN", "CAN"),  # Canada, or Guangzhou
    ("ARATU", "ARATU ?"),  # a port of Brazil, and the code of a place in Argentina
    ("ARATU, BRAZIL", "BRARB"),
    ("HAMDE", "DEHAM"),
    ("INMAA1", "INMAA"),
    ("DEHAM - Hamburg", "DEHAM"),
    ("BUSAN (KR)", "KRPUS"),
    ("Busan/Korea", "KRPUS"),
    ("KOREA - BUSAN", "KRPUS"),
    ("CHENNAI SEA", "INMAA"),
    ("青岛", "CNTAO"),
    ("Tripoli, Lebanon", "LBKYE"),
    ("Nowheretown, Ontario", "CA"),
    ("NOWHERETOWN, TX", "US"),
    ("3001, HOUSTON, TX", "USHOU"),
    ("Houston, TX, USA", "USHOU"),
    ("Savannah, Georgia", "USSAV"),
    ("Poti, Georgia", "GEPTI"),
    ("Savannah, Georgia [GE]", "SAVANNAH, GEORGIA [GE]"),
    ("MIDDLE OF NOWHERE, GHANA", "GH"),
    ("Nairobi", "KENBO"),
]


@pytest.mark.parametrize(("text", "locode"), PORTS)
def test_ports_become_locodes_or_stay_in_capitals(text: str, locode: str) -> None:
    assert ports(pl.Series([text, None])).to_list() == [locode, None]


COUNTRIES = [
    ("VN", "VN"),
    ("vnm", "VN"),
    ("Viet Nam", "VN"),
    ("Vietnam", "VN"),
    ("Ivory Coast", "CI"),
    ("Côte d'Ivoire", "CI"),
    ("Congo, The Democratic Republic of the", "CD"),
    ("DR Congo", "CD"),
    ("Tanzania", "TZ"),
    ("Republic of Korea", "KR"),
    ("USA", "US"),
    ("Atlantis", "ATLANTIS"),
    ("Vietnam (VN)", "VN"),
    ("VN - Vietnam", "VN"),
    ("China (Mainland)", "CN"),
    ("China (Vietnam)", "CHINA (VIETNAM)"),
]


@pytest.mark.parametrize(("text", "code"), COUNTRIES)
def test_countries_become_alpha_2_or_stay_in_capitals(text: str, code: str) -> None:
    assert countries(pl.Series([text, None])).to_list() == [code, None]


def test_a_name_alone_does_not_contradict_its_country() -> None:
    assert ports(pl.Series(["Hamburg, Vietnam"])).to_list() == ["HAMBURG, VIETNAM"]


SETTLED = [
    ("BARCELONA", ["ES"], "ESBCN"),
    ("BARCELONA", ["CN"], "ESBCN"),  # no Barcelona in China: transhipped
    ("MANZANILLO", ["PA", "PA"], "PAMIT"),
    ("MANZANILLO", ["MX"], "MXZLO"),
    ("ARATU", ["BR"], "BRARB"),
    ("TRIPOLI", ["LB", "LB"], "LBKYE"),
]


@pytest.mark.parametrize(("text", "near", "locode"), SETTLED)
def test_the_countries_beside_settle_a_name_of_several_countries(text: str, near: list[str], locode: str) -> None:
    assert ports(pl.Series([text]), lambda: pl.Series([near])).to_list() == [locode]


def test_a_main_port_is_unknown_where_the_row_speaks_against_it() -> None:
    read = ports(pl.Series(["BARCELONA"]), lambda: pl.Series([["VE", "VE"]]))
    assert not are_ports(read).any() or read.to_list() == ["VEBLA"]


@pytest.mark.parametrize("text", ["MANZANILLO", "HAMILTON", "Rio", "HAM", "VICTORIA", "GDYNIA/GDANSK", "CHINA"])
def test_names_that_say_too_little_are_no_port(text: str) -> None:
    assert not are_ports(ports(pl.Series([text]))).any()


def test_a_town_of_ten_countries_is_unknown() -> None:
    assert not are_ports(ports(pl.Series(["LA PAZ"]))).any()


MORE = [
    ("上海港", "CNSHA"),
    ("Cảng Hải Phòng", "VNHPH"),
    ("Порт Новороссийск", "RUNVS"),
    ("ميناء جدة الإسلامي", "SAJED"),
    ("부산항", "KRPUS"),
    ("Puerto de Valencia", "ESVLC"),
    ("Porto de Santos, Brasil", "BRSSZ"),
    ("Anvers", "BEANR"),
    ("Leningrad", "RULED"),
    ("Bombay", "INBOM"),
    ("(INMUN1) Mundra Sea", "INMUN"),
    ("SHANGHAI/CN", "CNSHA"),
    ("CNSHA - SHANGHAI", "CNSHA"),
    ("SGP PSA", "SGSIN"),
    ("HKG", "HKHKG"),
    ("HONG KONG, CHINA", "HKHKG"),
    ("Rotterdam Maasvlakte", "NLRTM"),
    ("Hambrug, Germany", "DEHAM"),
    ("Durban South Africa", "ZADUR"),
    ("Aqaba", "JOAQJ"),  # AQABA is also the code of a place in Antarctica
    ("Arica", "ARICA ?"),  # and ARICA that of one in Argentina; Chile and Colombia have ports of the name
    ("St. John, NB", "CASJB"),  # the list of ports calls CASJN so
    ("Saint Petersburg", "RULED"),
    ("Elizabeth, NJ", "USEZA"),
    ("\uff28\uff41\uff4d\uff42\uff55\uff52\uff47", "DEHAM"),
]


@pytest.mark.parametrize(("text", "locode"), MORE)
def test_ports_in_other_languages_and_forms_are_read(text: str, locode: str) -> None:
    assert ports(pl.Series([text])).to_list() == [locode]


def test_the_codes_that_are_names_of_ports_are_listed() -> None:
    names = reference.towns().filter(pl.col("is_port") | pl.col("main"))["name"]
    assert set(reference.ports()["locode"]) & set(names) <= {"ARATU"}


def test_a_misspelt_port_is_counted_in_a_note() -> None:
    notes: list[str] = []
    read = ports(pl.Series("port_of_loading", ["ROTTERDAN", "ROTTERDAN", "HAMBURG", "DEHAM"]), None, notes)
    assert read.to_list() == ["NLRTM", "NLRTM", "DEHAM", "DEHAM"]
    assert len(notes) == 1
    assert "2 misspelt names" in notes[0]
    assert "'ROTTERDAN' as NLRTM" in notes[0]


TOWNS_OF_STATES = [
    ("Wilmington, Delaware", "USILG"),  # the main port of the name is in North Carolina
    ("WILMINGTON, DE", "USILG"),
    ("Charleston, WV", "USCRW"),
    ("Oakland, NJ, USA", "USXKB"),
    ("Oakland, Hawaii", "US"),  # the list has no town of the name there
    ("Charleston, SC", "USCHS"),
    ("SAVANNAH, GEORGIA", "USSAV"),  # also the name of a country
    ("Brunswick Georgia", "USSSI"),
    ("Poti, Georgia", "GEPTI"),
    ("Nowhere Creek, Georgia", "NOWHERE CREEK, GEORGIA"),
    ("Lebanon, Pennsylvania", "USLBP"),  # a town that is called as a country is
    ("Poland, OH", "USQPD"),
    ("Lebanon - Tripoli", "LBKYE"),
    ("USSAV - Savannah, Georgia", "USSAV"),
    ("XIAMEN, FUJIAN", "CNXMN"),
    ("Ningbo, VR China", "CNNGB"),
    ("SANTIAGO", "SANTIAGO"),  # of Chile, inland, or of Cuba
]


@pytest.mark.parametrize(("text", "locode"), TOWNS_OF_STATES)
def test_the_state_after_a_town_counts(text: str, locode: str) -> None:
    assert ports(pl.Series("port", [text])).item() == locode


REGIONS = [("SANTA CATARINA", None), ("ONTARIO", None), ("ANDALUCIA", None), ("NEW JERSEY", "US"), ("CRETE", "GR")]
REGIONS += [
    ("NEW MEXICO", None),
    ("NEW GUINEA", None),
    ("EAST JERSEY", None),
    ("SOUTH AFRICA", "ZA"),
    ("NEW ZEALAND", "NZ"),
]


@pytest.mark.parametrize(("name", "country"), REGIONS)
def test_the_name_of_a_region_is_no_small_town_of_another_country(name: str, country: str | None) -> None:
    assert ports(pl.Series([name])).to_list() == [country or name]


def test_ports_are_called_as_other_languages_call_them() -> None:
    named = pl.Series(["LE PIREE", "PIREE", "Marseilles", "Salonica", "Kaapstad", "ΠΕΙΡΑΙΑΣ", "חיפה", "上海市"])
    assert ports(named).to_list() == ["GRPIR", "GRPIR", "FRMRS", "GRSKG", "ZACPT", "GRPIR", "ILHFA", "CNSHA"]
