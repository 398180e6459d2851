"""Stations of the villages, the goods at them, and the exchange of points for goods."""
