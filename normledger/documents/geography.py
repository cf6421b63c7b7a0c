"""Countries and regions: ISO 3166-1 alpha-3 codes with the region that UN M49 puts them in.

A frozen table of public facts shipped with the package, because a library's update must never change a derivation.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Country:
    """`alpha3` by ISO 3166-1; `region` is one of the five of UN M49, or empty; `name` is a short English one."""

    alpha3: str
    region: str
    name: str


REGIONS = ("Africa", "Americas", "Asia", "Europe", "Oceania")


@cache
def countries() -> dict[str, Country]:
    """All countries by their alpha-3 code."""
    table = resources.files("normledger").joinpath("data", "regions.csv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines())
    return {row["alpha3"]: Country(row["alpha3"], row["region"], row["name"]) for row in rows}


def region_of(alpha3: str) -> str:
    """The UN M49 region of a country; empty where M49 gives none or the code is unknown."""
    country = countries().get(alpha3)
    return country.region if country else ""
