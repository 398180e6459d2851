"""What the JSON API gives back: receipts, and in its description every problem that an operation may answer with."""

from typing import Any, Final

from fastapi import Response

from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.web.problems import MEDIA_TYPE
from journal.facts import Receipt

_PROBLEMS: Final = {
    400: "文件里有错：findings 逐条列出，什么也没有记录",
    401: "没有登录，或令牌已过期",
    403: "没有这项权限，或同一人不能再经手",
    404: "没有这一项",
    409: "规则不允许：detail 说明下一步怎么办",
    413: "内容太大",
    422: "请求格式不对：errors 逐处列出",
    429: "失败次数太多",
    500: "程序出错：没有丢失，可用同一编号重试",
    503: "账本校验未通过已停止；或暂时繁忙、连不上，可用同一编号重试",
}

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in _PROBLEMS.items()
}
"""For `responses=` of every router."""

RECORDED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ReceiptGiven, "description": "同一编号先前已记录：第一次的回执"},
    201: {"model": ReceiptGiven, "description": "已记录，附回执"},
}
"""For `responses=` of every command."""


def recorded(desk: Office, receipt: Receipt, response: Response) -> ReceiptGiven:
    """The receipt, once the read models show its effect: 201, or 200 for one that was given before."""
    desk.settle(receipt)
    response.status_code = 200 if receipt.replayed else 201
    return receipt_given(receipt)


def receipt_given(receipt: Receipt) -> ReceiptGiven:
    """A receipt as JSON. Proof and checkpoint are the text files themselves."""
    return ReceiptGiven(
        events=list(receipt.events),
        index=receipt.last_index,
        size=receipt.size,
        proof=receipt.proof.decode(),
        checkpoint=receipt.checkpoint.decode(),
        replayed=receipt.replayed,
    )
