"""A person is erased from a county in which he reported and was paid: nothing of him is left, and every proof holds."""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from api.commands import county as setting_up
from api.commands import erasure, incidents, payouts
from api.commands.shared import today
from api.context import open_app
from api.exporting import export_package
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.package_contents import Authority, HandOver
from api.vouchers import open_with_authority, require_unrestricted
from api.web import accounts
from api.web.names import ERASED
from audit.cli import main
from domain.kernel.refusals import Refusal
from projections import persons
from tests.api.web.county import COUNTY, VILLAGE, County, small_county
from tests.conftest import temporary_home
from tests.payouts import acknowledged

if TYPE_CHECKING:
    from tests.conftest import Cluster

WHO = "zhangjianguo"
TEXT = "东门井盖翘起，联系人老赵十三号"
SECRETS = {"name": "张建国", "account": "6222020200112200000", "text": TEXT, "mask": "张*国", "login": WHO}
REASON = {"reason": "consent_withdrawn", "legal_basis": "本人 2026 年书面申请"}


@dataclass
class Erased:
    """A county after it: where what stood before, the page of his report, and what was written to logs."""

    county: County
    person: UUID
    cookie: str
    incident: str
    receipt: erasure.Erased
    before: dict[str, set[str]]
    log: io.StringIO = field(default_factory=io.StringIO)


def pay(county: County) -> None:
    """Freeze, approve, export, answer and close the batch of the month."""
    maker, checker = county.people["zhouyu"], county.people["sunli"]
    app, on, profile = county.app, today(county.app), load_bank_profile("neutral-csv")
    receipt, batch = payouts.freeze(app, actor=maker, key=county.key(), division=COUNTY, month=county.month, on=on)
    assert app.caught_up(receipt.position)
    digest = acknowledged(app, batch, maker=maker, checker=checker, on=on)
    common = {"app": app, "batch_id": batch, "on": on}
    payouts.approve(**common, actor=checker, key=county.key(), shown_digest=digest)
    _, file = payouts.export(**common, actor=maker, key=county.key(), profile=profile)
    for answering in (rehearsal_bank.answer, rehearsal_bank.answer_again):
        content = answering(file, profile, seed="paid", on=on, rehearsal=True)
        payouts.record_answer(**common, actor=maker, key=county.key(), profile=profile, content=content, file="a.csv")
    receipt = payouts.close(**common, actor=maker, key=county.key())
    assert app.caught_up(receipt.position)


def erase(county: County, person: UUID, **other: Any) -> erasure.Erased:
    given = {"actor": county.admin, "key": county.key(), "on": today(county.app), **REASON, **other}
    return erasure.erase_person(county.app, person_id=person, **given)


def everything_in(county: County) -> dict[str, bytes]:
    """Every column of every table of every schema, as the bytes and as the text that it holds."""
    columns = (
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    found: dict[str, bytes] = {}
    with psycopg.connect(county.app.access.owner) as connection:
        for schema, table, column, kind in connection.execute(columns).fetchall():
            name = sql.SQL(".").join(map(sql.Identifier, (schema, table)))
            asked = sql.Identifier(column) if kind == "bytea" else sql.SQL("{}::text").format(sql.Identifier(column))
            rows = connection.execute(sql.SQL("SELECT {} FROM {}").format(asked, name), binary=True).fetchall()
            cells = [cell.encode() if isinstance(cell, str) else bytes(cell) for (cell,) in rows if cell is not None]
            found[f"{schema}.{table}.{column}"] = b"\n".join(cells)
    return found


def where(places: dict[str, bytes]) -> dict[str, set[str]]:
    """In which places each secret stands."""
    return {
        what: {place for place, content in places.items() if value.encode() in content}
        for what, value in SECRETS.items()
    }


def crawl(county: County, login: str, *more: str) -> dict[str, bytes]:
    """Every page that somebody reaches by following links, from `more` pages too, and what it shows."""
    client = county.browser()
    start = ["/", f"/v/{COUNTY}", f"/v/{VILLAGE}", f"/v/{VILLAGE}/rewards/{county.month}", "/checkpoint"]
    if login:
        sign_in(client, login)
        start += ["/staff", "/staff/incidents", "/staff/payouts", "/staff/persons", *more]
    pages: dict[str, bytes] = {}
    waiting = list(dict.fromkeys(start))
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        if answer.status_code == 303 and "sign-in" in answer.headers["location"]:
            continue
        pages[f"{login} {path}"] = answer.content
        for link in re.findall(r'href="(/[^"#]*)"', answer.text):
            path_ = link.replace("&amp;", "&")
            seen = f"{login} {path_}" in pages or path_ in waiting
            if not seen and not path_.startswith(("/static", "/staff/sign-out")) and len(pages) + len(waiting) < 60:
                waiting.append(path_)
    return pages


def sign_in(client: Any, login: str) -> str:
    """Sign in through the page; the session's cookie."""
    page = client.get("/staff/sign-in")
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    answer = client.post(
        "/staff/sign-in",
        data={"login": login, "password": "演练-password-1", **({"form_token": token[1]} if token else {})},
    )
    assert answer.status_code == 303, answer.text
    return str(client.cookies.get("mz_session"))


@pytest.fixture(scope="module")
def erased(cluster: "Cluster") -> Iterator[Erased]:
    """Two members who reported and were paid; one of them is erased."""
    access = cluster.new_database()
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    level = root.level
    handler.addFilter(lambda record: not record.name.startswith(("httpcore", "httpx")))  # the test's own browser
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with temporary_home() as home, small_county(access, home, rehearsal=True) as county:
            person = county.people[WHO].person_id
            incident = f"/staff/incidents/{county.rewarded(by=WHO, text=TEXT)}"
            county.rewarded(by="ouyang")
            pay(county)
            cookie = sign_in(county.browser(), WHO)
            shown = {login: crawl(county, login, incident) for login in ("", "chenjing", "lihe")}
            before = where(everything_in(county) | shown[""] | shown["chenjing"] | shown["lihe"])
            receipt = erase(county, person)
            assert county.app.caught_up(receipt.receipt.position)
            yield Erased(county, person, cookie, incident, receipt, before, log)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    cluster.drop(access)


def test_before_it_the_search_finds_what_is_openly_kept(erased: Erased) -> None:
    """A search that finds nothing at all would prove nothing."""
    assert "vault.masks.masked" in erased.before["mask"]
    assert "access.accounts.login" in erased.before["login"]
    assert any("/v/" in place for place in erased.before["mask"])
    assert any("/staff/incidents/" in place for place in erased.before["text"])
    for what in ("name", "account", "text"):
        assert not [place for place in erased.before[what] if "." in place.partition("/")[0]]


def test_no_table_holds_a_value_a_key_or_a_mask(erased: Erased) -> None:
    found = everything_in(erased.county)
    assert where(found) == {what: set() for what in SECRETS}
    with psycopg.connect(erased.county.app.access.owner) as connection:
        for table in ("person_keys", "personal_values", "masks", "files"):
            asked = sql.SQL("SELECT count(*) FROM vault.{} WHERE person_id = %s").format(sql.Identifier(table))
            assert connection.execute(asked, (erased.person,)).fetchone() == (0,)


def test_no_page_shows_the_person_and_the_sum_stays(erased: Erased) -> None:
    pages = {}
    for login in ("", "chenjing", "sunli", "lihe", "admin"):
        pages |= crawl(erased.county, login, erased.incident)
    assert len(pages) > 20
    found = where(pages)
    assert {what: places for what, places in found.items() if what != "login"} == {
        what: set() for what in SECRETS if what != "login"
    }
    month = pages[f" /v/{VILLAGE}/rewards/{erased.county.month}"].decode()
    assert ERASED in month
    assert "给 <b>2 人</b>" in month
    assert ERASED in "".join(page.decode() for path, page in pages.items() if "/staff/incidents/" in path)


def test_his_page_says_so_and_offers_nothing_more(erased: Erased) -> None:
    admin = erased.county.browser()
    sign_in(admin, "admin")
    for login, offered in ((WHO, False), ("ouyang", True)):
        person = erased.person if login == WHO else erased.county.people[login].person_id
        page = admin.get(f"/staff/persons/{person}").text
        assert ("已删除他在保险库里的全部内容" in page) is not offered
        assert (f'action="/staff/persons/{person}/roles"' in page) is offered
        assert (f'action="/staff/persons/{person}/payee-account"' in page) is offered


def test_the_session_and_the_password_open_nothing(erased: Erased) -> None:
    client = erased.county.browser()
    client.cookies.set("mz_session", erased.cookie)
    assert client.get("/staff").headers["location"].startswith("/staff/sign-in")
    assert accounts.find(erased.county.app.writing, WHO) is None


def test_the_package_verifies_and_holds_nothing(erased: Erased, tmp_path: Path) -> None:
    app = erased.county.app
    exported = export_package(app.settings, app.access, tmp_path / "package")
    assert exported.size > 0
    files = {str(path): path.read_bytes() for path in (tmp_path / "package").rglob("*") if path.is_file()}
    assert where(files) == {what: set() for what in SECRETS}
    assert any(b"person.erased/1" in content for path, content in files.items() if "/entries/" in path)
    assert main([str(tmp_path / "package"), "--quiet", "--processes", "1"]) == 0


def test_an_opened_package_leaves_out_the_banks_files_that_name_him(erased: Erased, tmp_path: Path) -> None:
    """Others' values are opened with authority; what names him is kept here as a voucher, and goes nowhere."""
    app = erased.county.app
    hand_over = HandOver(Authority(app.log.founder_id, "县审计局 2026-7 号通知书"), attachments=True, opened=True)
    export_package(app.settings, app.access, tmp_path / "package", hand_over=hand_over)
    files = {str(path): path.read_bytes() for path in (tmp_path / "package").rglob("*") if path.is_file()}
    assert where(files) == {what: set() for what in SECRETS}
    assert [path.name for path in (tmp_path / "package/statements").iterdir()] == ["digests.csv"]
    assert "赵敏" in (tmp_path / "package/opened/values.jsonl").read_text("utf-8")
    assert all(app.vault.get_file(one, by="test", reason="it is still here") for one in erased.receipt.vouchers)
    assert main([str(tmp_path / "package"), "--quiet", "--processes", "1"]) == 0


def test_no_value_ever_reached_the_disk_openly(erased: Erased, cluster: "Cluster") -> None:
    """What is out of reach of any DELETE (dead rows, write-ahead log) holds what was sealed, never the value itself."""
    if cluster.name == "url":
        pytest.skip("the files of this server are not ours to read")
    with psycopg.connect(cluster.superuser_dsn, autocommit=True, dbname=erased.county.app.access.database) as admin:
        admin.execute("CHECKPOINT")
        row = admin.execute(
            "SELECT current_setting('data_directory'), pg_relation_filepath('vault.masks'), oid FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    folder, masks, oid = Path(row[0]), row[1], row[2]
    # The search would find it: a mask is kept openly, and its dead row is still there.
    assert SECRETS["mask"].encode() in (folder / masks).read_bytes()
    files = [path for path in (folder / "base" / str(oid)).iterdir() if path.is_file()]
    files += [path for path in (folder / "pg_wal").iterdir() if path.is_file()]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes()
        for what in ("account", "text"):
            assert SECRETS[what].encode() not in content, (what, path)
        assert SECRETS["name"].encode() not in content or path.parent.name == "pg_wal", path


def test_no_log_line_holds_a_value(erased: Erased) -> None:
    written = erased.log.getvalue()
    assert written
    assert [what for what in ("name", "account", "text", "mask") if SECRETS[what] in written] == []


def test_the_roles_and_keys_of_the_person_end(erased: Erased) -> None:
    with erased.county.app.reading.connection() as connection:
        person = persons.one(connection, erased.person)
        roles = persons.roles_of(connection, erased.person)
        keys = persons.keys_of(connection, erased.person)
    on = today(erased.county.app)
    assert person is not None
    assert person.erased_on == on
    assert [held.until for held in roles] == [on]
    assert {key.status for key in keys} == {"retired"}


def test_the_bank_s_files_stay_sealed_as_vouchers(erased: Erased) -> None:
    """Their digests are in the journal and the law wants them kept; nobody gets them without a stated authority."""
    app = erased.county.app
    assert len(erased.receipt.vouchers) == 3
    for sha256 in erased.receipt.vouchers:
        with pytest.raises(Refusal, match=r"file\.restricted"):
            require_unrestricted(app, sha256)
        assert open_with_authority(app, sha256, by="auditor", authority="court order 7")
        assert app.vault.openings(limit=1)[0].reason == "voucher: court order 7"


def test_doing_it_again_is_the_same_or_refused(erased: Erased) -> None:
    with pytest.raises(Refusal, match=r"person\.erased"):
        erase(erased.county, erased.person)


def test_nothing_can_be_kept_of_the_person_or_owed_to_him_again(erased: Erased) -> None:
    county, on = erased.county, today(erased.county.app)
    account = setting_up.Account("张建国", "6222020200112200000", "横峰农商银行")
    common = {"app": county.app, "actor": county.admin, "on": on}
    with pytest.raises(Refusal, match=r"person\.erased"):
        setting_up.set_payee_account(**common, key=county.key(), person_id=erased.person, version=2, account=account)
    with pytest.raises(Refusal, match=r"person\.erased"):
        setting_up.grant_role(**common, key=county.key(), person_id=erased.person, role="member", area=COUNTY, since=on)
    new = incidents.Report(UUID(int=7), erased.person, "市容环境", VILLAGE, TEXT, county.yesterday, "wechat")
    with pytest.raises(Refusal, match=r"person\.erased"):
        incidents.report(county.app, actor=county.admin, key=county.key(), reports=[new])
    assert where(everything_in(county)) == {what: set() for what in SECRETS}


def test_reasons_against_it(erased: Erased) -> None:
    county = erased.county
    member = county.people["liuyang"].person_id
    county.reported(by="liuyang")
    with pytest.raises(Refusal, match=r"person\.reports_open"):
        erase(county, member)
    county.rewarded(by="ouyang")
    with pytest.raises(Refusal, match=r"person\.still_owed"):
        erase(county, county.people["ouyang"].person_id)
    with pytest.raises(Refusal, match=r"person\.erases_oneself"):
        erase(county, county.admin.person_id)
    with pytest.raises(Refusal, match=r"authority\.role_may_not"):
        erase(county, member, actor=county.people["chenjing"])
    with pytest.raises(Refusal, match=r"person\.unknown"):
        erase(county, UUID(int=9))


def test_killed_between_event_and_destruction_the_next_start_destroys(
    cluster: "Cluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is recorded, the process dies; whoever opens the journal next finishes it."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home) as county:
        person = county.people["liuyang"].person_id

        def killed() -> list[UUID]:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(county.app.vault.__class__, "destroy_erased", lambda _vault: killed())
            with pytest.raises(KeyboardInterrupt):
                erase(county, person)
        assert b"\xe5\x88\x98*" in everything_in(county)["vault.masks.masked"]
        with open_app(county.app.settings, access=access) as again:
            assert again.vault.destroy_erased() == []
        assert b"\xe5\x88\x98*" not in everything_in(county)["vault.masks.masked"]
    cluster.drop(access)
