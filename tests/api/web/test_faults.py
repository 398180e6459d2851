"""When something breaks: the right one of the four kinds, the same sentence everywhere, and nothing of the inside."""

import socket
import threading

import psycopg
import pytest
from fastapi import FastAPI

from api.context import App
from api.server import create_app
from api.web.following import Following
from domain.kernel.refusals import Refusal
from journal.errors import Busy, IntegrityError, Unavailable
from projections.schema import NeedsRebuild
from tests.api.web.county import County, served


def broken(app: App, error: Exception) -> FastAPI:
    """The application with one more page and one more endpoint, which raise an error."""
    web = create_app(app)

    def fails() -> None:
        raise error

    web.get("/staff/fails")(fails)
    web.get("/api/v1/fails")(fails)
    return web


@pytest.mark.parametrize(
    ("error", "status", "code", "said"),
    [
        (IntegrityError("the secret root"), 503, "integrity.broken", "账本校验未通过，已停止"),
        (Busy("10000 wait"), 503, "journal.busy", "什么也没有记录"),
        (Unavailable("dsn password=secret"), 503, "journal.unavailable", "没有丢失，可用同一编号重试"),
        (Unavailable("the signer at /secret/s does not answer: gone"), 503, "signer.unavailable", "mingzhang signer"),
        (psycopg.OperationalError("connection to secret failed"), 503, "journal.unavailable", "没有丢失"),
        (RuntimeError("secret value"), 500, "program.failed", "很抱歉"),
        (Refusal("brand.new", secret_but_plain=1), 409, "brand.new", "规则不允许"),
    ],
)
def test_each_kind_of_error(
    county: County, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str, said: str
) -> None:
    with served(broken(county.app, error)) as url:
        client = county.browser()
        problem = client.get(f"{url}/api/v1/fails")
        page = client.get(f"{url}/staff/fails")
    assert (problem.status_code, page.status_code) == (status, status)
    assert problem.headers["content-type"] == "application/problem+json"
    assert page.headers["content-type"].startswith("text/html")
    assert problem.json()["code"] == code
    assert said in problem.json()["detail"]
    assert said in page.text
    for answer in (problem, page):
        assert "secret" not in answer.text.replace("secret_but_plain", "")
        assert "Traceback" not in answer.text
        assert answer.headers["x-request-id"] in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    if status == 503 and code.startswith("journal"):
        assert int(problem.headers["retry-after"]) > 0
    if code == "integrity.broken":
        assert "0793-5780000" in page.text
    if code == "program.failed":
        logged = [record for record in caplog.records if record.name == "api.web.problems"]
        assert problem.headers["x-request-id"] in logged[0].getMessage()
        assert logged[0].exc_info is not None


def test_pages_stop_when_the_read_models_cannot_go_on(county: County) -> None:
    def gives_up(_stop: threading.Event) -> None:
        raise IntegrityError("the log has a gap")

    following = Following(gives_up)
    following.start()
    following.stop()
    with served(create_app(county.app, following=following)) as url:
        client = county.browser()
        for path in ("/", f"/v/361125000000/rewards/{county.month}"):
            answer = client.get(url + path)
            assert answer.status_code == 503
            assert "账本校验未通过，已停止" in answer.text
        health = client.get(f"{url}/healthz")
    assert (health.status_code, health.json()["following"]) == (503, "IntegrityError: the log has a gap")


@pytest.mark.parametrize("error", [IntegrityError("x"), NeedsRebuild(["incidents"])])
def test_following_remembers_why_it_ended(error: Exception) -> None:
    def gives_up(_stop: threading.Event) -> None:
        raise error

    following = Following(gives_up)
    following.start()
    following.stop()
    assert not following.running
    with pytest.raises(IntegrityError):
        following.check()


def test_following_that_was_stopped_is_well() -> None:
    following = Following(lambda stop: stop.wait(10) and None)
    following.start()
    following.check()
    following.stop()
    assert following.running
    following.check()


def test_a_client_that_goes_away_disturbs_nobody(county: County) -> None:
    host, port = county.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /api/v1/incidents HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf a")
    assert county.browser().get("/healthz").status_code == 200


def test_health_says_how_far(county: County) -> None:
    county.reported()
    health = county.browser().get("/healthz").json()
    assert health["status"] == "ok"
    assert health["position"] == county.app.journal.position()
    assert {model["model"] for model in health["models"]} >= {"incidents", "reward_payments", "payout_batches"}
