"""The citizen's page under /lacak/: plain HTML, no script, no names."""

from qlue_desk.central.public.routes import public_router

__all__ = ["public_router"]
