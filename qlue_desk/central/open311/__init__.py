"""GeoReport v2 (Open311) under /open311/v2/: XML and JSON, for other cities' software and apps."""

from qlue_desk.central.open311.routes import open311_router

__all__ = ["open311_router"]
