"""Outlines of kelurahan for a map in a terminal: read from GeoJSON, thinned, small enough to keep in memory."""

from __future__ import annotations

import itertools
import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from qlue_desk.cities.errors import NO_GEOJSON, TOO_FINE, UNREADABLE, CityFileError
from qlue_desk.cities.files import boundaries_path
from qlue_desk.domain.city import City
from qlue_desk.domain.system import reason_of

METRES_PER_DEGREE = 111_320.0
THINNED_METRES = 6.0
"""How far a thinned line may lie from the given one; a dot of the closest map is about as large."""
MOST_POINTS = 400_000
"""Corners of one file; the shipped cities have a hundredth."""
Ring = tuple[tuple[float, float], ...]
"""Corners as (lon, lat) in degrees; the last is the first again."""


class Shape(msgspec.Struct, frozen=True):
    """A kelurahan on the map. `rings` are its borders, none where the city brought only a centre."""

    code: str
    name: str
    rings: tuple[Ring, ...]
    lat: float
    lon: float
    """Where its name stands, in degrees."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        points = [point for ring in self.rings for point in ring] or [(self.lon, self.lat)]
        longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a place in degrees lies inside (even-odd rule over all rings)."""
        inside = False
        for ring in self.rings:
            for (x1, y1), (x2, y2) in itertools.pairwise(ring):
                if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
                    inside = not inside
        return inside


def city_shapes(city: City, kept: Path | None = None) -> tuple[Shape, ...]:
    """The kelurahan of a city: borders from `kept` or shipped with the program, else only their centres.

    Names are the city's own; a file that cannot be read counts as none.
    """
    path = kept if kept is not None and kept.is_file() else boundaries_path(city.key)
    found: tuple[Shape, ...] = ()
    if path is not None:
        try:
            found = read_outlines(path)
        except ValueError:
            found = ()
    names = {kelurahan.code: kelurahan.name for kelurahan in city.kelurahan}
    known = {shape.code for shape in found}
    centres = tuple(
        Shape(place.code, place.name, (), place.lat_e6 / 1e6, place.lon_e6 / 1e6)
        for place in city.kelurahan
        if place.code not in known and place.lat_e6 is not None and place.lon_e6 is not None
    )
    return tuple(msgspec.structs.replace(s, name=names.get(s.code, s.name)) for s in found) + centres


@lru_cache(maxsize=4)
def read_outlines(path: Path) -> tuple[Shape, ...]:
    """The shapes of a GeoJSON file, read once in a process.

    :raises CityFileError: unless it is a FeatureCollection of polygons with `kode`.
    """
    try:
        return outlines(path.read_bytes(), path.name)
    except OSError as error:
        raise CityFileError(UNREADABLE, place=path.name, why=reason_of(error)) from None


def outlines(content: bytes, name: str) -> tuple[Shape, ...]:
    """The shapes of a GeoJSON FeatureCollection in lon/lat; `name` is what a complaint calls it.

    :raises CityFileError: when it is none.
    """
    try:
        features = json.loads(content)["features"]
        shapes = tuple(_shape(feature) for feature in features)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise CityFileError(NO_GEOJSON, place=name) from None
    if sum(len(ring) for shape in shapes for ring in shape.rings) > MOST_POINTS:
        raise CityFileError(TOO_FINE, place=name, most=str(MOST_POINTS))
    return shapes


def _shape(feature: dict[str, Any]) -> Shape:
    properties, geometry = feature["properties"], feature["geometry"]
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    elif geometry["type"] != "MultiPolygon":
        raise ValueError(geometry["type"])
    rings = tuple(thinned([_corner(pair) for pair in ring]) for polygon in polygons for ring in polygon)
    lon, lat = _centre(max(rings, key=len))
    return Shape(str(properties["kode"]), str(properties.get("nama", "")), rings, lat, lon)


def _corner(pair: list[Any]) -> tuple[float, float]:
    lon, lat = float(pair[0]), float(pair[1])
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # also what is no number
        raise ValueError("a corner beyond the earth")
    return lon, lat


def thinned(ring: list[tuple[float, float]], metres: float = THINNED_METRES) -> Ring:
    """The ring without corners that lie within `metres` of the line through the others (Douglas-Peucker)."""
    if len(ring) < 4:
        raise ValueError("a ring needs four corners")
    east = math.cos(math.radians(ring[0][1]))
    limit = metres / METRES_PER_DEGREE
    flat = [(lon * east, lat) for lon, lat in ring]
    # A closed ring has no direction from its first to its last corner: begin with its farthest one.
    middle = max(range(len(flat)), key=lambda at: math.dist(flat[0], flat[at])) or len(flat) // 2
    kept = {0, middle, len(ring) - 1}
    waiting = [(0, middle), (middle, len(ring) - 1)]
    while waiting:
        start, end = waiting.pop()
        if end - start < 2:
            continue
        far = max(range(start + 1, end), key=lambda at: _distance(flat[at], flat[start], flat[end]))
        if _distance(flat[far], flat[start], flat[end]) > limit:
            kept.add(far)
            waiting += [(start, far), (far, end)]
    return tuple(ring[at] for at in sorted(kept))


def _distance(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """From a point to a stretch, all in one unit."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if not length else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
    return math.hypot(px - ax - along * dx, py - ay - along * dy)


def _centre(ring: Ring) -> tuple[float, float]:
    """The centre of an area, (lon, lat); of a line the middle of its box."""
    area = x = y = 0.0
    lon0, lat0 = ring[0]
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        x1, y1, x2, y2 = x1 - lon0, y1 - lat0, x2 - lon0, y2 - lat0
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    if abs(area) < 1e-15:
        longitudes, latitudes = [point[0] for point in ring], [point[1] for point in ring]
        return (min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2
    return lon0 + x / (3 * area), lat0 + y / (3 * area)
