"""The page as people use it: from a file and from a server, with a keyboard, on a narrow screen, with wrong things."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from api.web.templates import STATIC
from journal.note import Ed25519Signer
from tests.api.verifier.records import ACTOR, ENTRY, LOG, ORIGIN, TRUE

FILES = ["verify.html", "verify.css", "verify-formats.js", "verify-line.js", "verify-steps.js", "verify-page.js"]
LOG_KEY, ACTOR_KEY = str(LOG.verifier_key), str(ACTOR.verifier_key)
PROOF = TRUE.proof or b""
PASSED = "✓ 通过：这条记录在账本里，没有被改过"
FAILED = "✗ 不通过：对不上"
INCOMPLETE = "○ 没有核对完：这不是通过"


@pytest.fixture
def watched(browser: Browser) -> Iterator[Page]:
    """A page that may ask for nothing but its own files, and log no error."""
    page = browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []
    assert {url.split("#")[0].rpartition("/")[2] for url in asked} <= set(FILES)


@pytest.fixture
def carried(tmp_path: Path) -> str:
    """The six files alone, copied to a folder as people are told to: an address without a server."""
    for name in FILES:
        (tmp_path / name).write_bytes((STATIC / name).read_bytes())
    return (tmp_path / "verify.html").as_uri()


@pytest.fixture(params=["file", "server"])
def address(request: pytest.FixtureRequest) -> str:
    """Where the page is opened."""
    if request.param == "file":
        return str(request.getfixturevalue("carried"))
    return f"http://127.0.0.1:{request.getfixturevalue('port')}/verify.html"


def choose(page: Page, *, entry: bytes = ENTRY, proof: bytes = PROOF) -> None:
    for name, content in (("entry", entry), ("proof", proof)):
        payload = FilePayload(name=f"{name}.bin", mimeType="application/octet-stream", buffer=content)
        page.set_input_files(f"#{name}-file", payload)


def verdict(page: Page) -> str:
    page.click("#check")
    expect(page.locator("#outcome")).to_be_visible()
    return page.inner_text("#verdict")


def marks(page: Page) -> list[str]:
    return page.locator("#steps .mark").all_inner_texts()


def test_two_files_and_a_key(watched: Page, address: str) -> None:
    watched.goto(address)
    choose(watched)
    watched.fill("#log-key", f"  {LOG_KEY[:30]}\n {LOG_KEY[30:]}\n")
    assert verdict(watched) == PASSED
    assert marks(watched) == ["✓ 通过"] * 10 + ["○ 未执行"]
    assert "没有核对是谁签的" in watched.inner_text("#advice")
    watched.fill("#actor-key", ACTOR_KEY)
    expect(watched.locator("#outcome")).to_be_hidden()
    assert verdict(watched) == PASSED
    assert marks(watched) == ["✓ 通过"] * 11
    assert "里索引 4（从 0 起）的记录，检查点共 7 条。经办人的签名也对。" in watched.inner_text("#advice")


def test_pasted_texts(watched: Page, address: str) -> None:
    """Copying loses or adds newlines at the end; nothing else may differ."""
    watched.goto(address)
    for name, text in (("entry", ENTRY.decode().rstrip("\n")), ("proof", PROOF.decode() + "\n\n")):
        watched.click(f"details:has(#{name}-text) summary")
        watched.fill(f"#{name}-text", text)
    watched.fill("#log-key", LOG_KEY)
    assert verdict(watched) == PASSED
    watched.fill("#entry-text", ENTRY.decode().replace("1000", "1001"))
    assert verdict(watched) == FAILED
    assert "第 10 步" in watched.inner_text("#advice")


def test_what_was_touched_last_counts(watched: Page, address: str) -> None:
    watched.goto(address)
    choose(watched, entry=b"wrong")
    watched.fill("#log-key", LOG_KEY)
    watched.click("details:has(#entry-text) summary")
    watched.fill("#entry-text", ENTRY.decode())
    assert watched.inner_text("#entry-state") == "已粘贴文字。"
    assert verdict(watched) == PASSED
    choose(watched, entry=b"wrong")
    assert watched.input_value("#entry-text") == ""
    assert watched.inner_text("#entry-state") == "已选：entry.bin（5 字节）"
    assert verdict(watched) == FAILED


def test_the_key_may_come_with_the_address(watched: Page, address: str) -> None:
    for written in (LOG_KEY, quote(LOG_KEY, safe="")):
        watched.goto("about:blank")
        watched.goto(f"{address}#log={written}&actor={quote(ACTOR_KEY)}")
        expect(watched.locator("#from-address")).to_be_visible()
        choose(watched)
        assert verdict(watched) == PASSED
        assert marks(watched) == ["✓ 通过"] * 11
    watched.goto(f"{address}#log=%E0%A4%A")
    expect(watched.locator("#outcome")).to_be_hidden()
    assert verdict(watched) == FAILED


@pytest.mark.parametrize(
    ("entry", "proof", "key"),
    [
        (b"", b"", ""),
        (bytes(range(256)) * 8, bytes(range(256)), "\u0000"),
        (b"\n" * 1000, b"c2sp.org/tlog-proof@v1\nindex 0\n\n", "a+00000000+AAAA"),
        (b"x" * (2**20 + 1), b"x" * (2**20 + 1), "+" * 10_000),
        (PROOF, ENTRY, LOG_KEY),
    ],
)
def test_malformed_things_fail_a_check(watched: Page, carried: str, entry: bytes, proof: bytes, key: str) -> None:
    """The page's watcher sees to it that nothing is thrown."""
    watched.goto(carried)
    choose(watched, entry=entry, proof=proof)
    watched.fill("#log-key", key)
    assert verdict(watched) == FAILED
    assert marks(watched).count("✗ 不通过") >= 2


def test_nothing_given_is_not_passed(watched: Page, carried: str) -> None:
    watched.goto(carried)
    assert verdict(watched) == INCOMPLETE
    assert not any("✗" in mark for mark in marks(watched)[1:])


def test_what_a_record_holds_is_shown_as_text(watched: Page, carried: str) -> None:
    watched.goto(carried)
    choose(watched)
    watched.fill("#log-key", LOG_KEY)
    assert verdict(watched) == PASSED
    assert '柳树村 <b>路灯</b> \\\\ \\"' in watched.inner_text("#details")
    assert watched.locator("#outcome b").count() == 0
    facts = watched.inner_text("#facts")
    assert "2026-11-22 12:51:38（北京时间）" in facts
    assert "fin:2307:payee:x -1000 CNY" in facts


def test_a_record_that_is_not_in_the_log_is_not_shown(watched: Page, carried: str) -> None:
    watched.goto(carried)
    choose(watched)
    watched.fill("#log-key", str(Ed25519Signer.from_seed(ORIGIN, b"\x09" * 32).verifier_key))
    assert verdict(watched) == FAILED
    expect(watched.locator("#record")).to_be_hidden()


def test_clearing_clears_everything(watched: Page, carried: str) -> None:
    watched.goto(f"{carried}#log={LOG_KEY}")
    choose(watched)
    assert verdict(watched) == PASSED
    watched.click("button[type=reset]")
    for hidden in ("#outcome", "#from-address"):
        expect(watched.locator(hidden)).to_be_hidden()
    assert watched.inner_text("#entry-state") == watched.input_value("#log-key") == ""
    assert verdict(watched) == INCOMPLETE


def test_with_the_keyboard_alone(watched: Page, carried: str) -> None:
    """Every control can be reached with Tab, in the order of the page; the verdict is where the reader then is."""
    watched.goto(carried)
    reached = []
    for _ in range(11):
        watched.keyboard.press("Tab")
        reached.append(watched.evaluate("document.activeElement.id || document.activeElement.localName"))
        if reached[-1] == "log-key":
            watched.keyboard.type(LOG_KEY)
        if reached[-1] == "check":
            break
    assert reached == ["a", "entry-file", "summary", "proof-file", "summary", "log-key", "actor-key", "check"]
    choose(watched)
    watched.focus("#check")
    watched.keyboard.press("Enter")
    expect(watched.locator("#verdict")).to_be_focused()
    assert watched.inner_text("#verdict") == PASSED


SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("body *")]
  .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
SMALLEST_TARGET = """() => Math.min(...[...document.querySelectorAll("button, input, textarea, summary")]
  .filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().height))"""
CONTRASTS = """() => {
  const light = (css) => css.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    const color = getComputedStyle(e).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" && e.parentElement ? ground(e.parentElement) : color;
  };
  return Math.min(...[...document.querySelectorAll("main *")].filter((e) => e.checkVisibility()).map((e) => {
    const both = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05);
  }));
}"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("right", [True, False])
def test_large_enough_and_nothing_beside_the_screen(watched: Page, carried: str, width: int, right: bool) -> None:
    watched.set_viewport_size({"width": width, "height": 740})
    watched.goto(carried)
    choose(watched, entry=ENTRY if right else b"wrong")
    watched.fill("#log-key", LOG_KEY)
    assert verdict(watched) == (PASSED if right else FAILED)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.evaluate(SMALLEST_TEXT) >= 18
    assert watched.evaluate(SMALLEST_TARGET) >= 44
    assert watched.evaluate(CONTRASTS) >= 4.5


# Browsers that cannot


def test_a_browser_without_ed25519_says_so(watched: Page, carried: str) -> None:
    watched.add_init_script("""
        const importKey = SubtleCrypto.prototype.importKey;
        SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
          return algorithm.name === "Ed25519"
            ? Promise.reject(new DOMException("Algorithm: Unrecognized name", "NotSupportedError"))
            : importKey.call(this, format, key, algorithm, ...rest);
        };
    """)
    watched.goto(carried)
    choose(watched)
    watched.fill("#log-key", LOG_KEY)
    assert verdict(watched) == INCOMPLETE
    assert "不会核对 Ed25519 签名" in watched.inner_text("#steps li:first-child")
    assert "✗ 不通过" not in marks(watched)


def test_an_address_that_is_not_secure_says_what_to_do(watched: Page, port: int) -> None:
    """Over plain http from another machine, browsers offer no cryptography at all."""
    watched.goto(f"http://mingzhang.test:{port}/verify.html")
    choose(watched)
    watched.fill("#log-key", LOG_KEY)
    assert verdict(watched) == INCOMPLETE
    assert "请把本页和它的几个附带文件存到电脑上" in watched.inner_text("#steps li:first-child")


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_a_missing_script_leaves_a_page_that_says_so(browser: Browser, carried: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).unlink()
    page = browser.new_page()
    page.goto(carried)
    assert "附带的文件不全" in page.inner_text("#ready")
    assert page.is_disabled("#check")
    page.close()


def test_a_browser_without_scripts_says_so(browser: Browser, carried: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(carried)
    assert "本页不能核对" in page.inner_text("noscript")
    assert page.is_disabled("#check")
    context.close()
