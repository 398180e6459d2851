"""At the door only a plain question for a public page is recognised; everybody else is somebody for the program."""

import pytest

from api.front.requests import question, read

HOST = b"host: zhang.example\r\n"
PLAIN = b"GET /v/361125001201?large=1 HTTP/1.1\r\n" + HOST + b"Accept-Encoding: gzip, br\r\n\r\n"


def test_a_plain_question_is_recognised_and_what_comes_after_it_is_not_part_of_it() -> None:
    asked = read(PLAIN + b"GET /v/1 HT")
    assert asked is not None
    assert asked.key == (b"/v/361125001201?large=1", True)
    assert (asked.head, asked.last, asked.known, asked.size) == (False, False, "", len(PLAIN))
    assert question(asked) == (
        b"GET /v/361125001201?large=1 HTTP/1.0\r\nhost: zhang.example\r\naccept-encoding: gzip\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("line", "fields", "told"),
    [
        (b"HEAD / HTTP/1.1", b"", ((b"/", False), True, False, "")),
        (b"GET /?large=1 HTTP/1.1", b"connection: Keep-Alive, Close\r\n", ((b"/?large=1", False), False, True, "")),
        (b"GET /static/style.css HTTP/1.0", b"", ((b"/static/style.css", False), False, True, "")),
        (
            b"GET /v/1 HTTP/1.1",
            b'If-None-Match: "a"\r\nif-none-match: W/"b"\r\naccept-encoding: gzip;q=0\r\n',
            ((b"/v/1", False), False, False, '"a",W/"b"'),
        ),
    ],
)
def test_what_is_told_of_a_question(line: bytes, fields: bytes, told: tuple[object, ...]) -> None:
    asked = read(line + b"\r\n" + HOST + fields + b"\r\n")
    assert asked is not None
    assert (asked.key, asked.head, asked.last, asked.known) == told


@pytest.mark.parametrize(
    "seen",
    [
        b"",
        PLAIN[:-2],
        PLAIN.replace(HOST, b""),
        PLAIN.replace(HOST, HOST + HOST),
        PLAIN.replace(b"GET", b"POST"),
        PLAIN.replace(b"GET", b"get"),
        PLAIN.replace(b"/v/361125001201", b"/staff/today"),
        PLAIN.replace(b"/v/361125001201", b"/log/checkpoint"),
        PLAIN.replace(b"/v/361125001201", b"http://zhang.example/v/361125001201"),
        PLAIN.replace(b"/v/", b"/v/\xff"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/2.0"),
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(HOST, HOST + b" folded\r\n"),
        PLAIN.replace(HOST, HOST + b"a b: c\r\n"),
        PLAIN.replace(HOST, HOST + b"a: \x00\r\n"),
        *(
            PLAIN.replace(HOST, HOST + field + b"\r\n")
            for field in (
                b"Cookie: mz_session=1",
                b"Authorization: Bearer 1",
                b"Content-Length: 0",
                b"Transfer-Encoding: chunked",
                b"Expect: 100-continue",
                b"Upgrade: h2c",
            )
        ),
    ],
)
def test_everything_else_is_for_the_program(seen: bytes) -> None:
    assert read(seen) is None
