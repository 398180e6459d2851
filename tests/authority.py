"""A time-stamping authority on this machine: openssl answers, a small server hands over. The answers are real."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIG = """
[ tsa ]
default_tsa = tsa_config
[ tsa_config ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*words: object, given: bytes | None = None) -> bytes:
    """What openssl prints. Raises CalledProcessError where it fails."""
    return subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True, check=True).stdout


@dataclass
class Authority:
    """A root, an authority's certificate under it, and what the next answers are made of.

    `answering` turns a request (DER) into the body of the answer; `seen` keeps every request.
    """

    folder: Path
    url: str = ""
    answering: Callable[[bytes], bytes] | None = None
    seen: list[bytes] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The certificate to be trusted."""
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """A good answer to a request."""
        asked = self.folder / "query.tsq"
        asked.write_bytes(query)
        out = self.folder / "answer.tsr"
        openssl("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", asked, "-out", out)
        return out.read_bytes()


def make_authority(folder: Path) -> Authority:
    """Keys and certificates of a new authority."""
    folder.mkdir()
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    root, name = folder / "root.pem", f"/CN=root of {folder.name}"
    openssl("req", "-x509", *key, "-keyout", folder / "root.key", "-out", root, "-days", 30, "-subj", name)
    openssl("req", "-new", *key, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=Test TSA")
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\n")
    signing = ["-CA", root, "-CAkey", folder / "root.key", "-CAcreateserial", "-days", 30, "-extfile", folder / "ext"]
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-out", folder / "tsa.pem", *signing)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return Authority(folder)


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """The authority behind a URL on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            authority.seen.append(query)
            assert self.headers["content-type"] == "application/timestamp-query"
            body = (authority.answering or authority.reply)(query)
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        authority.url = f"http://127.0.0.1:{server.server_port}/tsr"
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
