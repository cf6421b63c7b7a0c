"""Countries against pycountry, regions against what the UN says of a few."""

import pycountry
import pytest

from normledger.documents.geography import REGIONS, countries, region_of


def test_every_country_of_iso_3166_is_there() -> None:
    known = {country.alpha_3 for country in pycountry.countries}
    assert known <= set(countries())
    extra = set(countries()) - known
    assert extra <= {"XKX"}, extra  # user-assigned, for Kosovo


def test_every_region_is_one_of_the_five() -> None:
    assert {country.region for country in countries().values()} <= {*REGIONS, ""}
    without = {code for code, country in countries().items() if not country.region}
    assert without <= {"ATA", "TWN", "XKX"}, without


@pytest.mark.parametrize(
    ("code", "region"),
    [("FRA", "Europe"), ("BRA", "Americas"), ("KEN", "Africa"), ("JPN", "Asia"), ("NZL", "Oceania"), ("RUS", "Europe"),
     ("TUR", "Asia"), ("CYP", "Asia"), ("EGY", "Africa"), ("USA", "Americas"), ("ZZZ", ""), ("", ""), ("fra", "")],
)  # fmt: skip
def test_a_few_regions_are_those_of_m49(code: str, region: str) -> None:
    assert region_of(code) == region


def test_every_country_has_a_name() -> None:
    assert all(country.name and country.alpha3 == code for code, country in countries().items())
