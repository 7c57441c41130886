"""Cities as data: reading, checking and what comes with the program; see ORIGIN.md for the sources."""

from qlue_desk.cities.check import check_distinct
from qlue_desk.cities.errors import CityFileError
from qlue_desk.cities.files import boundaries_of, boundaries_path, load_city, load_shipped, shipped
from qlue_desk.cities.ramadan import ramadan_periods
from qlue_desk.cities.streets import Street, streets

__all__ = [
    "CityFileError",
    "Street",
    "boundaries_of",
    "boundaries_path",
    "check_distinct",
    "load_city",
    "load_shipped",
    "ramadan_periods",
    "shipped",
    "streets",
]
