"""Bytes of a Chinese text file as text: UTF-8 with or without a byte order mark, else GB18030."""

from collections.abc import Sequence

from api.files.findings import BadFile, finding


def decoded(content: bytes, *, file: str, also: Sequence[str] = ()) -> str:
    """The text: the first of UTF-8, the encodings in `also` and GB18030 that fits. Raises BadFile for other bytes.

    UTF-8 goes first because its bytes often pass as GB18030, and hardly ever the other way round.
    """
    if b"\0" in content:
        raise BadFile([finding("file.not_text", file=file)])
    for encoding in ("utf-8-sig", *also, "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile([finding("file.encoding", file=file)])
