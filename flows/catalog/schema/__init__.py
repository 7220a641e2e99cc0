"""The catalog's schema: one SQL file a version, applied in order."""
