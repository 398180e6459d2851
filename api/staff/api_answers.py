"""What the JSON API gives back for a command: its receipt."""

from typing import Any, Final

from fastapi import Response
from pydantic import BaseModel

from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from journal.facts import Receipt

RECORDED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ReceiptGiven, "description": "同一编号先前已记录：第一次的回执"},
    201: {"model": ReceiptGiven, "description": "已记录，附回执"},
}
"""For `responses=` of every command."""


def once(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a command that answers with more than its receipt: what a second attempt hears."""
    return {200: {"model": model, "description": "同一编号先前已记录：第一次的回答"}}


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
