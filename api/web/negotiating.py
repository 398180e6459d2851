"""What a reader takes and what he has already, out of the headers of his request. Needs no framework."""


def has_tag(if_none_match: str, tag: str) -> bool:
    """Whether a reader who sent `if-none-match` has exactly the content of a tag (RFC 9110 section 13.1.2)."""
    tags = {known.strip() for known in if_none_match.split(",")}
    return "*" in tags or tag in tags or tag.removeprefix("W/") in tags


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a reader takes compressed answers (RFC 9110 section 12.5.3)."""
    for offer in accept_encoding.lower().split(","):
        coding, _, quality = offer.replace(" ", "").partition(";q=")
        if coding in ("gzip", "*"):
            return quality not in ("0", "0.0", "0.00", "0.000")
    return False
