"""What a schema says of a bank's file, in Chinese."""

from typing import Final

from domain.bank_files import SchemaCheck, SchemaPlace

NOT_CHECKED: Final = "没有核对，没有这种报文的格式定义"


def schema_said(check: SchemaCheck | None) -> str:
    """In a few words whether the file follows its schema, and where not; empty for what is no XML."""
    if check is None:
        return ""
    if check.result == "no_schema":
        return NOT_CHECKED
    if check.result == "valid":
        return "符合"
    where = "、".join(map(_where, check.places))
    return f"不符合（{where}），不影响登记"


def _where(place: SchemaPlace) -> str:
    part = "" if place.part is None else f"第 {place.part} 部分"
    return f"{part}第 {place.line} 行 {place.element}".rstrip()
