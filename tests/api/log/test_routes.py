"""The log over HTTP, for clients that know nothing but the specification; with no database anywhere near."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash

from api.log import routes
from api.web.frame import Frame
from journal.object_store import ObjectStore
from journal.proof import verify_proof
from journal.published import PublishedLog
from journal.targets import LocalFolder
from journal.trust import Policy
from tests.api.web.county import served
from tests.journal.publishing import KEY, Log, numbered


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """600 entries in public, and a file beside the folder that is nobody's business."""
    folder = tmp_path_factory.mktemp("home")
    made = Log(folder / "log", numbered(600))
    for size in (300, 512, 600):
        made.publish(size)
    (folder / "secret").write_text("secret")
    (folder / "log" / "secret").write_text("secret")
    return made


@pytest.fixture(scope="module")
def client(log: Log) -> Iterator[httpx.Client]:
    """A client of a program that has these routes and nothing else: no database, no journal."""
    web = FastAPI()
    web.state.published = PublishedLog(LocalFolder(log.folder))
    routes.router.add_to(web)
    web.add_middleware(Frame, too_large=lambda _request: Response(status_code=413))
    with served(web) as url, httpx.Client(base_url=f"{url}/log", headers={"accept-encoding": "identity"}) as made:
        yield made


def test_a_stranger_verifies_the_whole_log_over_http(client: httpx.Client, log: Log) -> None:
    """As C2SP says and no more: checkpoint, its tiles, its bundles; every entry is hashed up to the signed root."""
    policy = Policy.parse(client.get("/policy").content)
    head = policy.require(client.get("/checkpoint").content)
    assert head.size == 600
    leaves: list[bytes] = []
    for n, width in ((0, ""), (1, ""), (2, ".p/88")):
        bundle = client.get(f"/tile/entries/{n:03}{width}").content
        hashes = client.get(f"/tile/0/{n:03}{width}").content
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            entry, bundle = bundle[2 : 2 + length], bundle[2 + length :]
            leaves.append(hashlib.sha256(b"\x00" + entry).digest())
        assert hashes == b"".join(leaves[256 * n :])

    def root(of: list[bytes]) -> bytes:
        if len(of) == 1:
            return of[0]
        split = 1 << (len(of) - 1).bit_length() - 1
        return hashlib.sha256(b"\x01" + root(of[:split]) + root(of[split:])).digest()

    assert root(leaves) == head.root
    assert client.get("/tile/1/000.p/2").content == root(leaves[:256]) + root(leaves[256:512])


def test_an_outside_client_over_http(client: httpx.Client, log: Log) -> None:
    reader = TilesReader(HttpBackend(str(client.base_url)))
    found = reader.get_checkpoint()
    found.verify(Vkey.from_string(str(KEY.verifier_key)))
    assert reader.calculate_root_hash() == found.root_hash
    for index in (0, 255, 256, 599):
        entry = reader.get_entry(index)
        assert entry == log.source.all[index]
        reader.get_inclusion_proof(index, 600).check(leaf_hash(entry), found.root_hash)
    reader.backend.session.close()


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 599])
def test_a_proof_ready_made(client: httpx.Client, log: Log, index: int) -> None:
    answer = client.get(f"/proof/{index}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="entry-{index}.tlog-proof"'
    entry = client.get(f"/entry/{index}")
    assert entry.headers["content-disposition"] == f'attachment; filename="entry-{index}.note"'
    assert entry.content == log.source.all[index]
    assert verify_proof(answer.content, entry=entry.content, policy=log.policy) == log.source.head(600)


def test_headers_of_each_kind(client: httpx.Client) -> None:
    kinds = {
        "/checkpoint": ("text/plain; charset=utf-8", "public, max-age=2"),
        "/policy": ("text/plain; charset=utf-8", "public, max-age=2"),
        "/proof/0": ("text/plain; charset=utf-8", "public, max-age=2"),
        "/entry/0": ("text/plain; charset=utf-8", "public, max-age=31536000, immutable"),
        "/observed": ("application/json", "public, max-age=2"),
        "/checkpoints/300": ("text/plain; charset=utf-8", "public, max-age=31536000, immutable"),
        "/tile/0/000": ("application/octet-stream", "public, max-age=31536000, immutable"),
        "/tile/entries/002.p/88": ("application/octet-stream", "public, max-age=31536000, immutable"),
    }
    for path, (media_type, cache) in kinds.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == (media_type, cache)
        assert answer.headers["access-control-allow-origin"] == "*"
        again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"if-none-match": '"other"'}).content == answer.content


def test_entries_are_compressed_and_hashes_are_not(client: httpx.Client) -> None:
    for path, coding in (("/tile/entries/000", "gzip"), ("/tile/0/000", None)):
        plain = client.get(path).content
        with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding") == coding
        assert (gzip.decompress(raw) if coding else raw) == plain
        assert answer.headers["vary"] == "accept-encoding"
        assert len(raw) <= len(plain)


@pytest.mark.parametrize(
    "path",
    [
        "/tile/0/002",  # not yet full
        "/tile/0/002.p/89",  # nor so wide
        "/tile/0/002.p/0",
        "/tile/0/002.p/088",
        "/tile/0/002.p/256",
        "/tile/0/000.p/44",  # the full one exists
        "/tile/0/003",
        "/tile/2/000.p/1",
        "/tile/0/0",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/0/x000/000",
        "/tile/entries/000.p/44",
        "/tile/entries/",
        "/tile/",
        "/tile/0/000/",
        "/tile/0/000%00",
        "/tile/%2e%2e/checkpoint",
        "/tile/..%2fcheckpoint",
        "/tile/0/..%2f..%2fcheckpoint",
        "/tile//etc/passwd",
        "/tile/%2fetc%2fpasswd",
        "/secret",
        "/%2e%2e/secret",
        "/tile/..%2f..%2fsecret",
        "/tile/..%2fsecret",
        "/entry/600",
        "/entry/-1",
        "/entry/01",
        "/entry/٣",
        "/proof/600",
        "/proof/-1",
        "/proof/01",
        "/proof/x",
        "/proof/9" + "9" * 30,
        "/proof/٣",
        "/checkpoints/301",
        "/checkpoints/0300",
        "/checkpoints/..%2fcheckpoint",
        "/pending",
        "/.writing",
        "/",
    ],
)
def test_what_is_not_there_is_404_and_kept_by_nobody(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content
    assert "content-disposition" not in answer.headers
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_a_store_far_away(tmp_path: Path) -> None:
    """Whatever fsspec reaches is served alike."""
    target = ObjectStore(f"memory://{uuid4()}")
    log = Log(tmp_path / "log", numbered(300), target=target)
    log.publish(300)
    web = FastAPI()
    web.state.published = PublishedLog(target)
    routes.router.add_to(web)
    with served(web) as url:
        proof = httpx.get(f"{url}/log/proof/299").content
        assert verify_proof(proof, entry=log.source.all[299], policy=log.policy).size == 300
        assert httpx.get(f"{url}/log/tile/0/001.p/44").content == target.read("tile/0/001.p/44")
        assert httpx.get(f"{url}/log/tile/0/001.p/45").status_code == 404


def test_nothing_is_published_yet(tmp_path: Path) -> None:
    web = FastAPI()
    web.state.published = PublishedLog(LocalFolder(tmp_path / "log"))
    routes.router.add_to(web)
    with served(web) as url:
        for path in ("checkpoint", "policy", "observed", "entry/0", "proof/0", "tile/0/000", "checkpoints/1"):
            assert httpx.get(f"{url}/log/{path}").status_code == 404


def test_who_may_read_may_also_ask_for_the_head_alone(client: httpx.Client) -> None:
    answer = client.head("/checkpoint")
    assert answer.status_code == 200
    assert answer.headers["etag"] == client.get("/checkpoint").headers["etag"]
