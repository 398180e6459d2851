"""Open311 GeoReport v2: what programs of other makers ask a county, and how they report to it."""
