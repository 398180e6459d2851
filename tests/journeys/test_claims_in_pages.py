"""On pages: a debit is noticed, claimed, given up by two and comes in after all; and the money of a document."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.commands.shared import today
from api.files.statements import StatementEntry
from domain.kernel.money import Fen
from projections import bank_documents
from projections import reconciliation_queries as queries
from tests.api.web.county import PASSWORD, PEOPLE, County
from tests.api.web.registers import recorded, sent, signed_in
from tests.journeys.test_reconcile_pages import HOME, paid, said_by_the_bank, uploaded

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["paid"]

WHY = "银行来函确认重复扣款"


def name_of(county: County, end_to_end_id: str) -> str:
    """Who was paid by a payment."""
    with county.app.reading.connection() as conn:
        (payment,) = queries.payments_named(conn, end_to_end_id)
    logins = {actor.person_id: login for login, actor in county.people.items()}
    return next(one.name for one in PEOPLE if one.login == logins[payment.payee_id])


def statement_page(county: County, paid: list[StatementEntry], officer: Any) -> str:
    """The page of a statement with both payments, the second one's payee once more, and the money of the document."""
    with county.app.reading.connection() as conn:
        (document, *_) = bank_documents.documents(conn)
    unnamed: dict[str, Any] = {"end_to_end_id": None, "batch_ref": None}
    name = name_of(county, paid[1].end_to_end_id or "")
    again = replace(paid[1], bank_ref="TWICE9", counter_name=name, **unnamed)
    arrived = replace(paid[0], amount_fen=Fen(document.amount_fen), bank_ref="QUOTA1", **unnamed)
    content = said_by_the_bank([*paid, again, arrived], today(county.app))
    return str(recorded(officer, uploaded(officer, content), "(statement|exception)").url.path)


def test_a_claim_and_a_documents_money_go_their_way_on_pages(
    county: County, paid: list[StatementEntry], chromium: "Browser"
) -> None:
    officer, approver = signed_in(county, "zhouyu"), signed_in(county, "sunli")
    at = statement_page(county, paid, officer)
    twice, arrived = f"{at}/lines/3", f"{at}/lines/4"
    listed = officer.get(f"{HOME}/exceptions?kind=perhaps_paid_twice").text
    (difference,) = set(re.findall(rf"{HOME}/exceptions/[0-9a-f-]{{36}}", listed))
    assert "可能是重复付款" in approver.get(difference).text

    (document,) = re.findall(r'name="document" value="([^"]+)"', officer.get(arrived).text)
    told = {"document": document, "reason": "文号与到账通知一致"}
    recorded(officer, sent(officer, arrived, f"{arrived}/propose-document", told), "reconciliation")
    assert "文件款项" in approver.get(arrived).text
    done = recorded(approver, sent(approver, arrived, f"{arrived}/confirm", {}), "(recon|exc)[a-z]+")
    assert "与文件款项勾对" in done.text

    page = approver.get(twice).text
    assert f'value="{paid[1].end_to_end_id}" required' in page, "the payment that it may repeat is filled in"
    said = {"end_to_end_id": paid[1].end_to_end_id or "", "reason": WHY}
    recorded(approver, sent(approver, twice, f"{twice}/paid-again", said), "payment")
    recorded(officer, sent(officer, HOME, f"{HOME}/match", {}), "[a-z]+")
    with county.app.reading.connection() as conn:
        (claim,) = [one for one in queries.payments_named(conn, paid[1].end_to_end_id or "") if one.repeats]
    here = f"/staff/payments/{claim.payment_id}"

    wanted = {"document": "横财〔2026〕3号", "reason": "收款人去世，无遗产"}
    recorded(officer, sent(officer, here, f"{here}/write-off", wanted), "payment")
    assert f"{here}/write-off/confirm" not in officer.get(here).text, "nobody agrees with himself"
    fits_screens(county, chromium, "sunli", [twice, arrived, here])
    done = recorded(approver, sent(approver, here, f"{here}/write-off/confirm", {}), "payment")
    assert "横财〔2026〕3号" in done.text
    back = {"booked_on": str(today(county.app)), "bank_ref": "HEIRS1", "reason": "继承人退还"}
    done = recorded(officer, sent(officer, here, f"{here}/recover", back), "payment")
    assert "HEIRS1" in done.text


def fits_screens(county: County, chromium: "Browser", login: str, paths: list[str]) -> None:
    """No page is wider than a telephone's screen or an office's, and each form's buttons can be seen."""
    with chromium.new_context(base_url=county.url, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/staff/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("main button")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for path in paths:
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                assert all(button.is_visible() for button in page.query_selector_all("main form button")), path
