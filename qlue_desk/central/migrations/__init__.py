"""Which shape of the database this program speaks; steps from older shapes will stand here."""

from __future__ import annotations

SCHEMA_VERSION = 1
