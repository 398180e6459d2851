"""What must not stand in a public text, and in which field it was found, in Chinese."""

from collections.abc import Mapping
from typing import Final

PERSONAL_KINDS: Final[Mapping[str, str]] = {
    "identity_number": "身份证号",
    "mobile_number": "手机号",
    "card_number": "银行卡号",
    "email": "电子邮箱",
}
PUBLIC_FIELDS: Final[Mapping[str, str]] = {
    "agenda": "议题",
    "answer": "答复",
    "contractor": "承包单位",
    "document": "文号或单据",
    "gist": "意见摘要",
    "issuer": "发放单位",
    "lines": "计划项目",
    "note": "说明",
    "number": "编号",
    "opinion": "意见",
    "place": "地点",
    "purpose": "摘要",
    "reason": "理由",
    "reference": "编号或户号",
    "resource": "资源名称",
    "responsible": "负责人",
    "sheet": "签到册编号",
    "slip": "意见单号",
    "text": "正文",
    "title": "名称或标题",
}

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("text", "field"): PUBLIC_FIELDS,
    ("text", "kind"): PERSONAL_KINDS,
}
"""(subject of a refusal's code, fact) -> its words."""
