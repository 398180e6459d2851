"""The classes that may be reported in the county today: its catalogue's, else those that come with the program."""

from collections.abc import Iterable

from api.commands.shared import today
from api.files.catalogue_profiles import shipped_classes
from api.staff.office import Office
from projections import catalogues
from projections.catalogues import CatalogueItem


def classes_of(items: Iterable[CatalogueItem]) -> dict[str, bool]:
    """Class -> whether all its items are sensitive, for items in force; without items, the program's own classes."""
    found: dict[str, bool] = {}
    for item in items:
        found[item.category] = found.get(item.category, True) and item.sensitive
    return found or dict(shipped_classes())


def county_classes(desk: Office) -> dict[str, bool]:
    """The same for the whole county today."""
    with desk.current(catalogues) as conn:
        return classes_of(catalogues.in_force(conn, desk.app.log.division, on=today(desk.app)))
