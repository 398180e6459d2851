"""What somebody said whom nobody knows is erased by itself: nothing of it is left, its answer stays, proofs hold."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import psycopg
import pytest

from api.command_line import vault as command
from api.commands.affairs.suggestions import suggestion_stream
from api.commands.erasing_words import Grounds, erase_suggestion
from api.commands.shared import today
from api.exporting import export_package
from api.hearing.agent import open_box
from api.package_contents import Authority, HandOver
from api.web.erasure_words import GONE
from audit.cli import main
from domain.affairs import suggestion_box
from domain.kernel.refusals import Refusal
from journal.facts import Fact
from journal.journal import Reading
from journal.vault_backup import back_up, restore
from tests.api.public.disclosing import answered, posted, rewarded_last_month, seat_reviewer
from tests.api.test_erasure import everything_in
from tests.api.web.affairs import done, made, refused, step
from tests.api.web.county import PASSWORD, VILLAGE, County, copied_county
from tests.api.web.registers import sent, signed_in

if TYPE_CHECKING:
    from tests.conftest import Cluster

SECRETS = ("三组老赵家的狗夜里咬人", "1390000四七三六", "我家的奖励被人冒领", "赵无名氏", "1370000八五二一")
GROUNDS = {"reason": "unlawful", "legal_basis": "书面申请 2026-17 号"}
OUT = "UPDATE read.disclosure_versions SET until = %s WHERE disclosure_id = %s RETURNING 1"


@dataclass
class Erased:
    """A county after it: a suggestion by the public form, an objection that staff wrote down; a backup from before."""

    county: County
    suggestion: UUID
    objection: UUID
    disclosure: UUID
    period: str
    backup: Path
    keys: set[UUID]

    def public(self, path: str) -> httpx.Response:
        return self.county.browser().get(path)


def stands_in(places: dict[str, bytes]) -> set[str]:
    return {place for place, content in places.items() for word in SECRETS if word.encode() in content}


def keys_in_vault(county: County) -> set[UUID]:
    with psycopg.connect(county.app.access.owner) as conn:
        return {key for (key,) in conn.execute("SELECT person_id FROM vault.person_keys")}


@pytest.fixture(scope="module")
def erased(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    """Both are read by whoever answers, answered or taken on, and then erased, on pages and over the API."""
    with copied_county(cluster) as county:
        app = county.app
        receipt = open_box(app, administrator=county.admin)
        assert receipt is not None
        assert app.caught_up(receipt.position)
        seat_reviewer(county)
        period = rewarded_last_month(county, members=("ouyang",))
        disclosure, version = posted(county, period)
        suggestion = said_in_public(county)
        objection = objected_at_the_counter(county, disclosure, version)
        path = f"/suggestions/{suggestion}"
        due = (today(app) + timedelta(days=9)).isoformat()
        done(step(county, "chenjing", path, step="accept", gist="养狗扰民", due_on=due))
        done(step(county, "chenjing", path, step="answer", outcome="adopted", answer="已上门劝导。"))
        answered(county, disclosure, objection, upheld=False, text="核对无误。")
        backup = tmp_path_factory.mktemp("backup") / "vault.mzv"
        back_up(app.vault, backup, origin=app.journal.origin, by="test")
        keys = keys_in_vault(county)
        on_pages_in_two_steps(county, f"/staff/disclosures/{disclosure}/objections/{objection}/erasure", objection)
        over_the_api(county, f"{path}/erasure")
        yield Erased(county, suggestion, objection, disclosure, period, backup, keys)


def said_in_public(county: County) -> UUID:
    browser, at = county.browser(), f"/v/{VILLAGE}/suggest"
    key = re.findall(r'name="key" value="([^"]*)"', browser.get(at).text)
    answer = browser.post(at, data={"key": key[0], "text": SECRETS[0], "contact": SECRETS[1]})
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].rpartition("/")[2])


def objected_at_the_counter(county: County, disclosure: UUID, version: int) -> UUID:
    """An objector who gives his name: whoever answers reads it, whoever wrote it down reads it no more."""
    clerk, at = signed_in(county, "chenjing"), f"/staff/disclosures/{disclosure}"
    form = {"version": str(version), "text": SECRETS[2], "name": SECRETS[3], "contact": SECRETS[4]}
    answer = sent(clerk, at, f"{at}/objections", {name: value for name, value in form.items() if name != "version"})
    assert answer.status_code == 303, answer.text
    page = clerk.get(at).text
    assert not any(word in page for word in SECRETS[2:]), "he drafted what is objected to"
    page = signed_in(county, "zhouyu").get(at).text
    assert all(word in page for word in SECRETS[2:])
    assert "留了姓名或联系方式" in page
    with county.app.reading.connection() as conn:
        rows = conn.execute("SELECT objection_id, anonymous, objector_id FROM read.disclosure_objections").fetchall()
    ((objection, anonymous, objector),) = rows
    assert (anonymous, objector) == (False, None)
    return UUID(str(objection))


def on_pages_in_two_steps(county: County, at: str, number: UUID) -> None:
    position, admin = county.app.journal.position(), signed_in(county, "admin")
    assert signed_in(county, "chenjing").get(at).status_code == 403
    first = admin.get(at).text
    assert "这一步什么也不记录" in first
    second = filled(admin, first, f"{at}/check", **GROUNDS).text
    assert "不能撤回" in second
    assert not any(word in first + second for word in SECRETS)
    wrong = filled(admin, second, at, confirm="0" * 8)
    assert (wrong.status_code, county.app.journal.position()) == (422, position)
    assert filled(admin, second, at, confirm=str(number)[:8].upper()).status_code == 303
    assert admin.get(at).status_code == 409, "done already"


def filled(browser: httpx.Client, page: str, action: str, **fields: str) -> httpx.Response:
    form = re.search(rf'<form[^>]*action="{re.escape(action)}">.*?</form>', page, re.DOTALL)
    assert form is not None, page
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
    return browser.post(action, data={**hidden, **fields})


def over_the_api(county: County, path: str) -> None:
    assert refused(county.post("chenjing", path, GROUNDS)) == "authority.role_may_not"
    assert refused(county.post("admin", path, {**GROUNDS, "reason": "because"})) == "person.erasure_reason_unknown"
    key = county.key()
    assert county.post("admin", path, GROUNDS, key=key).status_code == 201
    assert county.post("admin", path, GROUNDS, key=key).status_code == 200
    assert refused(county.post("admin", path, GROUNDS)) == "suggestion.text_erased"


def test_no_table_holds_the_words_or_their_key(erased: Erased) -> None:
    assert {erased.suggestion, erased.objection} <= erased.keys, "each had a key of its own"
    assert keys_in_vault(erased.county) == erased.keys - {erased.suggestion, erased.objection}
    assert stands_in(everything_in(erased.county)) == set()


def test_public_pages_say_that_the_words_are_gone_and_keep_the_answers(erased: Erased) -> None:
    at = f"/v/{VILLAGE}/disclosures/rewards/{erased.period}"
    pages = {
        f"/v/{VILLAGE}/suggestions": ("养狗扰民", "已上门劝导。"),
        f"/said/suggestion/{erased.suggestion}": ("养狗扰民", "已上门劝导。"),
        at: ("核对无误。",),
        f"/said/objection/{erased.objection}": ("核对无误。",),
    }
    for path, kept in pages.items():
        page = erased.public(path)
        assert page.status_code == 200
        for words in (GONE, GROUNDS["legal_basis"], *kept):
            assert words in page.text, (path, words)
    (row,) = erased.public(f"/v/{VILLAGE}/suggestions/data/page.json").json()["tables"]["suggestions"]
    assert row["text_erased_on"] == today(erased.county.app).isoformat()
    (told,) = erased.public(f"{at}/1/data/page.json").json()["objections"]
    assert told["text_erased_on"] == today(erased.county.app).isoformat()


def test_so_does_the_page_that_is_left_when_the_days_are_over(erased: Erased) -> None:
    at, on = f"/v/{VILLAGE}/disclosures/rewards/{erased.period}", today(erased.county.app)
    with psycopg.connect(erased.county.app.access.projector, autocommit=True) as conn:
        assert conn.execute(OUT, (on - timedelta(days=1), erased.disclosure)).fetchone()
        page = erased.public(at)
        assert conn.execute(OUT, (on + timedelta(days=6), erased.disclosure)).fetchone()
    assert (page.status_code, GONE in page.text, "名单已从本页撤下" in page.text) == (410, True, True)


def test_staff_reads_who_erased_what_and_the_words_no_more(erased: Erased) -> None:
    clerk = signed_in(erased.county, "chenjing")
    pages = [
        clerk.get(f"/staff/suggestions/{erased.suggestion}").text,
        clerk.get(f"/staff/disclosures/{erased.disclosure}").text,
    ]
    for page in pages:
        assert GONE in page
        assert not any(word in page for word in SECRETS)
    text = erased.county.program("chenjing").get(f"/api/v1/suggestions/{erased.suggestion}/text").json()["text"]
    assert text not in SECRETS
    assert "网上提交" in pages[0], "not the masked name of the agent that signed for it"
    words = f"/api/v1/disclosures/{erased.disclosure}/objections/{erased.objection}/text"
    answers = [erased.county.program(who).get(words).json()["code"] for who in ("zhouyu", "chenjing")]
    assert answers == ["objection.text_erased", "access.may_not_read"]


def test_the_package_verifies_and_opens_nothing_of_it(erased: Erased, tmp_path: Path) -> None:
    app = erased.county.app
    hand_over = HandOver(Authority(app.log.founder_id, "县审计局 2026-7 号通知书"), attachments=True, opened=True)
    export_package(app.settings, app.access, tmp_path / "package", hand_over=hand_over)
    files = {str(path): path.read_bytes() for path in (tmp_path / "package").rglob("*") if path.is_file()}
    assert stands_in(files) == set()
    assert any(b"objection.text_erased/1" in content for content in files.values())
    assert main([str(tmp_path / "package"), "--quiet", "--processes", "1"]) == 0


def test_a_restored_backup_brings_nothing_back(erased: Erased) -> None:
    app = erased.county.app
    restored = restore(app.vault, erased.backup, origin=app.journal.origin, by="test")
    assert {erased.suggestion, erased.objection} <= set(restored.skipped)
    assert keys_in_vault(erased.county) == erased.keys - {erased.suggestion, erased.objection}


def test_of_somebody_who_is_known_the_words_go_with_him(erased: Erased) -> None:
    county = erased.county
    author = str(county.people["ouyang"].person_id)
    new = {"division": VILLAGE, "channel": "staff", "text": "建议加装路灯。", "author_id": author}
    known = made(county, "lihe", "/suggestions", new)
    assert refused(county.post("admin", f"/suggestions/{known}/erasure", GROUNDS)) == "suggestion.author_known"
    assert "/erasure" not in signed_in(county, "admin").get(f"/staff/suggestions/{known}").text


def test_what_nobody_took_on_can_then_only_be_closed(
    erased: Erased, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said at the counter with a telephone number, and erased on the command line before anybody took it on."""
    county = erased.county
    new = {"division": VILLAGE, "channel": "staff", "text": "井盖松了。", "contact": SECRETS[4]}
    path = f"/suggestions/{(number := made(county, 'lihe', '/suggestions', new))}"
    read = county.program("chenjing").get(f"/api/v1{path}/text").json()["text"]
    assert read == f"井盖松了。\n联系方式：{SECRETS[4]}"
    assert refused(step(county, "chenjing", path, step="close", reason="erased")) == "suggestion.not_erased"
    given = argparse.Namespace(target=number, acting_login=None, reason="unlawful", basis="书面申请")
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    command.erase_words(replace(county.app, settings=replace(county.app.settings, secret_file=secret)), given)
    assert f"suggestion/{number}@2" in capsys.readouterr().out
    due = today(county.app).isoformat()
    assert refused(step(county, "chenjing", path, step="accept", gist="井盖", due_on=due)) == "suggestion.text_erased"
    done(step(county, "chenjing", path, step="close", reason="erased"))
    assert stands_in(everything_in(county)) == set()


def test_the_event_comes_first_and_a_start_finishes_what_a_crash_left(erased: Erased) -> None:
    """Killed between the two, the words are still there; the next start destroys them."""
    county, app = erased.county, erased.county.app
    number = UUID(made(county, "lihe", "/suggestions", {"division": VILLAGE, "channel": "staff", "text": "水管漏了。"}))
    stream, on = suggestion_stream(number), today(app)

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.state(stream, suggestion_box.evolve)
        yield Fact(stream, suggestion_box.erase_text(found, **GROUNDS, actor_id=county.admin.person_id), on)

    app.journal.execute(actor=county.admin, key=county.key(), inputs={}, decide=decide)
    assert number in keys_in_vault(county)
    assert app.vault.destroy_erased() == [number]
    assert number not in keys_in_vault(county)
    again: dict[str, Any] = {"actor": county.admin, "key": county.key(), "suggestion_id": number, "on": on}
    with pytest.raises(Refusal, match=r"suggestion\.text_erased"):
        erase_suggestion(app, grounds=Grounds(**GROUNDS), **again)
