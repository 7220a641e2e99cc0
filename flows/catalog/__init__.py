"""The catalog: one SQLite file in the archive folder, the source of truth for all that is known.

``reader.py`` reads it, ``writer.py`` writes it; the other modules are their parts, a subject each.
"""

from flows.catalog.reader import BUSY_SECONDS, FILE, SHORTEST_ID, VERSION, Catalog

__all__ = ["BUSY_SECONDS", "FILE", "SHORTEST_ID", "VERSION", "Catalog"]
