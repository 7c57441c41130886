"""Point to kelurahan by the city's boundaries; shapely lives here and nowhere else."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qlue_desk.cities.errors import NO_GEOJSON, UNREADABLE, CityFileError
from qlue_desk.domain.system import reason_of

if TYPE_CHECKING:
    from shapely.geometry import Point
    from shapely.geometry.base import BaseGeometry

SLIVER_METRES = 60.0
"""Boundaries are simplified and leave gaps of some metres; up to this far the nearest polygon counts."""
METRES_PER_DEGREE = 111_320.0
NOWHERE_DEGREES = 1e-6
"""Around 0/0, which means "unknown" in Qlue's feed."""


@lru_cache(maxsize=32)
def boundary_index(path: Path) -> BoundaryIndex:
    """The index of a GeoJSON file, built once in a process."""
    return BoundaryIndex(path)


class BoundaryIndex:
    """The kelurahan polygons of one city.

    `path` is a GeoJSON FeatureCollection in lon/lat with the property `kode` on each feature; raises
    ValueError with one sentence where it is not.
    """

    def __init__(self, path: Path):
        # Loaded here because commands that never place a point should not pay for GEOS.
        from shapely import STRtree
        from shapely.geometry import Point, shape
        from shapely.validation import make_valid

        features = _features(path)
        shapes = [make_valid(shape(feature["geometry"])) for feature in features]
        self._codes = [str(feature["properties"]["kode"]) for feature in features]
        # Degrees of longitude are shorter; scaling once lets planar distances be metres over one city.
        latitude = shapes[0].centroid.y if shapes else 0.0
        self._east = METRES_PER_DEGREE * math.cos(math.radians(latitude))
        self._shapes = [self._in_metres(polygon) for polygon in shapes]
        self._centroids = [polygon.centroid for polygon in self._shapes]
        self._tree = STRtree(self._shapes)
        self._point = Point

    @property
    def codes(self) -> frozenset[str]:
        """Of all kelurahan that have a polygon."""
        return frozenset(self._codes)

    def locate(self, lat: float, lon: float) -> str | None:
        """Kemendagri code of the kelurahan at a point in degrees, None outside or for 0/0.

        Where neighbours overlap, the one whose centroid is nearest, then the lower code, wins.
        """
        if not _on_earth(lat, lon):
            return None
        point = self._point(lon * self._east, lat * METRES_PER_DEGREE)
        inside = [int(at) for at in self._tree.query(point, predicate="intersects")]
        if inside:
            return self._codes[min(inside, key=lambda at: (self._from_centroid(at, point), self._codes[at]))]
        near = [int(at) for at in self._tree.query(point, predicate="dwithin", distance=SLIVER_METRES)]
        if not near:
            return None
        return self._codes[min(near, key=lambda at: (self._shapes[at].distance(point), self._codes[at]))]

    def _from_centroid(self, at: int, point: Point) -> float:
        return float(self._centroids[at].distance(point))

    def _in_metres(self, polygon: BaseGeometry) -> BaseGeometry:
        from shapely.affinity import scale

        return scale(polygon, xfact=self._east, yfact=METRES_PER_DEGREE, origin=(0, 0))


def _on_earth(lat: float, lon: float) -> bool:
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > 90 or abs(lon) > 180:
        return False
    return abs(lat) > NOWHERE_DEGREES or abs(lon) > NOWHERE_DEGREES


def _features(path: Path) -> list[dict[str, dict[str, object]]]:
    try:
        collection = json.loads(path.read_text(encoding="utf-8"))
        features: list[dict[str, dict[str, object]]] = collection["features"]
        for feature in features:
            _ = feature["properties"]["kode"], feature["geometry"]["coordinates"]
    except OSError as error:
        raise CityFileError(UNREADABLE, place=path.name, why=reason_of(error)) from None
    except (ValueError, KeyError, TypeError):
        raise CityFileError(NO_GEOJSON, place=path.name) from None
    return features
