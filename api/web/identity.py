"""Whose journal this is, as every page says it at its head."""

from dataclasses import dataclass

from domain.kernel.places import Division


@dataclass(frozen=True, slots=True)
class Identity:
    """The journal behind the pages. `origin` is its name; `rehearsal` puts the banner 演练 on every page.

    `base_url` has no final slash; `auditor_phone` is empty where none is set.
    """

    origin: str
    county_name: str
    division: Division
    rehearsal: bool
    base_url: str
    auditor_phone: str
