"""Which postings an event of a points account carries, by its own figures."""

from uuid import UUID

from audit.book import Book
from audit.entries import Entry
from domain.kernel.postings import Postings
from domain.points.accounts import postings
from domain.points.accounts.events import OPENING


def expected_postings(entry: Entry, book: Book) -> Postings | None:
    """The postings that an event's figures give; None for one that takes back what is not known."""
    data, account = entry.data, UUID(entry.identity)
    lots = sum(lot["points"] for lot in data.get("lots", ()))
    match entry.type:
        case "points.granted/1":
            source = postings.granted(data["category"])
            return postings.coming_in(account, data["points"], repaid=data["repaid"], source=source)
        case "points.opening_recorded/1":
            source = postings.granted(OPENING)
            return postings.coming_in(account, data["points"], repaid=data.get("repaid", 0), source=source)
        case "points.deducted/1":
            target = postings.deducted(data["category"])
            return postings.going_out(account, of_held=lots, to_debt=data["to_debt"], target=target)
        case "points.expired/1":
            return postings.going_out(account, of_held=data["points"], to_debt=0, target=postings.EXPIRED)
        case "points.redeemed/1":
            target = postings.redeemed(UUID(data["station_id"]))
            return postings.going_out(account, of_held=data["points"], to_debt=0, target=target)
        case "points.restored/1":
            source = postings.redeemed(UUID(data["station_id"]))
            return postings.coming_in(account, data["points"], repaid=data["repaid"], source=source)
        case "points.moved_out/1":
            leaving = postings.going_out(account, of_held=data["points"], to_debt=0, target=postings.MOVED)
            return (*leaving, *postings.debt_leaving(account, data["debt"]))
        case "points.moved_in/1":
            settled = sum(lot["points"] for lot in data["settled"])
            arriving = postings.coming_in(account, data["points"], repaid=data["repaid"], source=postings.MOVED)
            owed = data["debt"] - settled
            owing = postings.going_out(account, of_held=settled, to_debt=owed, target=postings.MOVED)
            return (*arriving, *owing)
    return _taken_back(entry, book, account, lots)


def moves_nothing(entry: Entry) -> bool:
    """Whether a deduction took nothing, because nothing was held and the rule makes no debt of it."""
    return entry.type == "points.deducted/1" and not entry.data["lots"] and not entry.data["to_debt"]


def _taken_back(entry: Entry, book: Book, account: UUID, lots: int) -> Postings | None:
    data = entry.data
    deed = book.deeds.get((entry.identity, data.get("granted") or data["deducted"]))
    if deed is None:
        return None
    if entry.type == "points.given_back/1":
        source = postings.deducted(deed.category)
        return postings.coming_in(account, data["points"], repaid=data["repaid"], source=source)
    return postings.reversed_grant(
        account,
        category=deed.category,
        of_held=lots,
        from_expired=data["from_expired"],
        to_debt=data["to_debt"],
    )
