"""How long somebody served on a day, in all the deeds that brought him points for it.

What must not be broken: his accounts say which deeds those are, and every append that adds one reads them; so two who
confirm at once do not fill the day twice.
"""

from datetime import date
from uuid import UUID

from api.commands.points import Points
from domain.deeds import activities, party_activities
from domain.kernel.deeds import require_day
from domain.kernel.ids import StreamName, parse_stream


def require_room(points: Points, person_id: UUID, *, day: date, minutes: int, cause: StreamName) -> None:
    """Refuse (`deed.day_full`) to confirm so many minutes for a day beside what was confirmed; `cause`: the deed."""
    others = sorted(points.causes_on(person_id, day) - {cause})
    used = sum(_minutes(points, StreamName(one), person_id) for one in others)
    require_day(person_id, day=day, used=used, minutes=minutes)


def _minutes(points: Points, stream: StreamName, person_id: UUID) -> int:
    match parse_stream(stream)[0]:
        case "activity":
            activity = points.read.state(stream, activities.evolve)
            return activity.served.get(person_id, 0) if activity is not None else 0
        case "party_activity":
            service = points.read.state(stream, party_activities.evolve)
            return service.minutes if service is not None and service.status == "confirmed" else 0
        case _:
            return 0
