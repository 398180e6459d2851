"""村务公开: what is owed and what is late, computing and drafting, review, posting, objections, correction, the end.

What must not be broken: whoever drafts or reviews has the very figures before him that the journal then names.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.disclosing import computing, disclosures, objections
from api.commands.disclosing.naming import masked_in
from api.commands.disclosing.streams import disclosure_stream
from api.commands.shared import today
from api.public.document_tables import Reader
from api.public.months import places_below
from api.staff.acting import ByCookie, Desk
from api.staff.disclosing_done import Asked, objection_of, step
from api.staff.disclosing_forms import AnswerForm, ComputationForm, DraftForm, ObjectionForm, StepForm
from api.staff.disclosing_read import (
    Whole,
    document_of,
    names_of_version,
    owed,
    parted,
    period_texts,
    readable,
    texts_of,
    whole,
)
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import disclosing_words, erasure_words
from api.web.disclosed.corrections import Corrected, corrected, in_words
from api.web.disclosed.kinds import WORDS, row_words
from api.web.disclosed.since_posted import since_posted
from api.web.messages import sentence
from api.web.paging import query
from api.web.routes import Routes
from domain import authority
from domain.disclosures.posters import PAPERS
from domain.disclosures.state import evolve
from domain.kernel.disclosed import KINDS
from domain.kernel.documents import Document, ShownName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal import disclosed_documents
from projections import disclosure_calendar, disclosure_queries, places
from projections import disclosures as disclosures_model
from projections.disclosed.makers import MAKERS
from projections.disclosure_queries import Disclosure, Version

router = Routes(prefix="/staff/disclosures", include_in_schema=False)

PATH: Final = "/staff/disclosures"
SHOWN_MAX: Final = 50
DUE_MAX: Final = 100
ROWS_MAX: Final = 200


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """What is owed, what waits for somebody, and what was posted; the form by which a draft begins."""
    who.require("disclosures")
    on, within = today(desk.app), who.area(desk, area)
    due = [one for one in owed(desk, within) if one.open]
    late = [one for one in due if one.late(on)]
    with desk.current(disclosures_model, places) as conn:
        found = disclosure_queries.within(conn, within, on=on, before=before, limit=SHOWN_MAX)
        known = places.within(conn, who.areas[0], on=on)
        below = places_below(places.within(conn, within, on=on), within)
    behind = disclosure_calendar.behind(late, [place.code for place in below], today=on)
    seen = {one.division for one in found} | {one.division for one in due[:DUE_MAX]}
    seen |= {one.place for one in behind} | {within}
    values: dict[str, Any] = {
        "due": due[:DUE_MAX],
        "due_count": len(due),
        "late_count": len(late),
        "late_places": len({one.division for one in late}),
        "late_days": max((one.days_late(on) for one in late), default=0),
        "behind": behind if below else [],
        "found": found,
        "next": query(area=area, before=found[-1].log_index) if len(found) == SHOWN_MAX else None,
        "area": within,
        "known": known,
        "offered": [place for place in known if who.covers(place.code)],
        "kinds": [kind for kind in KINDS if kind in MAKERS],
        "places": place_names(desk, seen),
        "today": on,
        "may_draft": authority.may(who.role, "disclosure.drafted/1"),
        "makers": MAKERS,
        "may_settle": authority.may(who.role, "disclosure_settings.made/1"),
        "said": disclosing_words,
        "period_text": period_texts(desk, [*(one.period for one in found), *(one.period for one in due[:DUE_MAX])]),
    }
    return show(request, desk, who, "disclosures.html", values)


@router.post("/check")
def check(request: Request, form: FormSent) -> HTMLResponse:
    """What was computed, with every row; nothing is recorded."""
    wanted, desk, who = form.shaped(ComputationForm), form.desk, form.who
    if not authority.may(who.role, "disclosure.drafted/1"):
        raise Refusal("authority.role_may_not", role=who.role, event_type="disclosure.drafted/1")
    who.area(desk, wanted.division)
    found = computing.compute(form.app, division=wanted.division, kind=wanted.kind, period=wanted.period, on=form.on)
    with desk.current(disclosures_model) as conn:
        before = disclosure_queries.of(conn, wanted.division, wanted.kind, wanted.period, on=form.on)
    values = {
        **_shown(desk, found.document, masked_in(form.app, found.digest, form.on)),
        "digest": found.digest,
        "before": before,
        "corrects": before.posted if before is not None else None,
        "corrected": _corrected(form, before, found.digest) if before is not None and before.posted else None,
        "nothing_corrected": sentence("disclosure.same_again", {"version": before.posted if before else None}),
        "places": place_names(desk, {wanted.division}),
        "said": disclosing_words,
        "period_text": period_texts(desk, [wanted.period]),
    }
    return show(request, desk, who, "disclosure_check.html", values)


def _corrected(form: FormSent, before: Disclosure, digest: str) -> Corrected | None:
    """What a computed document would correct of the version posted last; None for nothing, which is not drafted."""
    state = form.app.journal.state(disclosure_stream(before.disclosure_id), evolve)
    if state is None or state.posted is None:
        return None
    if disclosures.posted_again(form.app, form.actor, form.app.journal, disclosure=state, digest=digest, on=form.on):
        return None
    with form.app.reading.connection() as conn:
        found = disclosed_documents.changes_between(conn, state.posted.document, digest)
    return Corrected(found, renamed=found.nothing)


@router.post("")
def draft(form: FormSent) -> RedirectResponse:
    """Draft what was shown."""
    wanted = form.shaped(DraftForm)
    identity, receipt = disclosures.draft(
        form.app, actor=form.actor, key=form.key, digest=wanted.document, reason=wanted.reason, on=form.on
    )
    return form.done(receipt, at=_at(identity))


@router.get("/{disclosure_id}")
def page(
    request: Request,
    disclosure_id: Identifier,
    desk: Desk,
    who: ByCookie,
    version: Annotated[int | None, Query(ge=1, le=10**6)] = None,
) -> HTMLResponse:
    """One disclosure: a version with every row, the history, objections with answers, and what may be done next."""
    all_ = whole(desk, readable(desk, who, disclosure_id))
    one, on, found = _asked(all_, version), today(desk.app), all_.disclosure
    posted = one.since is not None
    document = document_of(desk, one.document)
    last = next((each for each in reversed(all_.versions) if each.since is not None), None)
    compared = None
    if last is not None and found.ended_on is None:
        compared = document if last is one else document_of(desk, last.document)
    with desk.app.reading.connection() as conn:
        with conn.transaction():
            changed = corrected(conn, all_.versions)
        moved = since_posted(conn, compared) if compared is not None else None
    names = names_of_version(desk, disclosure_id, one.version) if posted else masked_in(desk.app, one.document, on)
    people = {one.drafter_id, one.reviewer_id, one.publisher_id} - {None}
    values: dict[str, Any] = {
        **_shown(desk, document, names),
        "found": found,
        "version": one,
        "latest": all_.versions[-1],
        "versions": all_.versions,
        "objections": all_.objections,
        "texts": texts_of(desk, who, all_, all_.objections),
        "own_part": {one.objection_id: parted(who, all_, one) for one in all_.objections},
        "corrected": changed,
        "since_posted": moved and in_words(moved),
        "gone": erasure_words.GONE,
        "posters": all_.posters,
        "papers": sorted(PAPERS, reverse=True),
        "names": names_of(desk, people),
        "places": place_names(desk, {found.division}),
        "today": on,
        "may": {name: authority.may(who.role, event) for name, event in _STEPS.items()},
        "said": disclosing_words,
        "period_text": period_texts(desk, [found.period]),
        "row_text": lambda name: row_words(found.kind, name),
    }
    return show(request, desk, who, "disclosure.html", values)


_STEPS: Final = {
    "draft": "disclosure.drafted/1",
    "review": "disclosure.reviewed/1",
    "publish": "disclosure.published/1",
    "close": "disclosure.closed/1",
    "archive": "disclosure.archived/1",
    "object": "objection.raised/1",
    "answer": "objection.answered/1",
    "poster": "poster.rendered/1",
    "erase": "objection.text_erased/1",
}


@router.post("/{disclosure_id}/steps")
def record_step(disclosure_id: Identifier, form: FormSent) -> RedirectResponse:
    """Review, post, close or archive."""
    found = readable(form.desk, form.who, disclosure_id)
    receipt = step(Asked(form.app, form.actor, form.key, form.on), found, form.shaped(StepForm))
    return form.done(receipt, at=_at(disclosure_id))


@router.post("/{disclosure_id}/objections")
def raise_objection(disclosure_id: Identifier, form: FormSent) -> RedirectResponse:
    """Write down what a visitor objects to."""
    found = readable(form.desk, form.who, disclosure_id)
    new = objection_of(found, form.shaped(ObjectionForm))
    _, receipt = objections.raise_one(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=_at(disclosure_id))


@router.post("/{disclosure_id}/objections/{objection_id}/answer")
def answer(disclosure_id: Identifier, objection_id: Identifier, form: FormSent) -> RedirectResponse:
    """Answer an objection, in public."""
    found, wanted = readable(form.desk, form.who, disclosure_id), form.shaped(AnswerForm)
    receipt = objections.answer(
        form.app,
        actor=form.actor,
        key=form.key,
        disclosure_id=found.disclosure_id,
        objection_id=objection_id,
        upheld=wanted.upheld,
        text=wanted.answer,
        on=form.on,
    )
    return form.done(receipt, at=_at(disclosure_id))


def _asked(all_: Whole, version: int | None) -> Version:
    """The version that is asked for; else the one drafted last. Refuses `disclosure.version_unknown`."""
    wanted = version or all_.versions[-1].version
    for one in all_.versions:
        if one.version == wanted:
            return one
    raise Refusal("disclosure.version_unknown", version=wanted)


def _shown(desk: Office, document: Document, names: dict[str, ShownName]) -> dict[str, Any]:
    """A document as a page shows it: its sentence, its tables (the first rows of long ones), what is withheld."""
    words = WORDS[document.kind]
    found = {
        Division(str(row[place]))
        for table in document.tables
        for place, column in enumerate(table.columns)
        if column.type == "place"
        for row in table.rows
        if row[place] is not None
    }
    place_of = {str(code): name for code, name in place_names(desk, found).items()}
    reader = Reader(document, words, names, place_of)
    parts, more = reader.page(rows_max=ROWS_MAX)
    return {
        "document": document,
        "words_of": words,
        "sentence": words.sentence(document.sentence),
        "chart": reader.chart,
        "left_out": words.left_out(document.withheld),
        "parts": parts,
        "cut": document.row_count if more is not None else None,
    }


def _at(disclosure_id: UUID) -> str:
    return f"{PATH}/{disclosure_id}"
