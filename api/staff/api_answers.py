"""What a program sends with a command, and what the JSON API gives back for it: its receipt."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Response
from pydantic import BaseModel

from api.commands.shared import today
from api.context import App
from api.staff.acting import Acting, ByToken, Desk
from api.staff.fields import CommandKey
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from journal.facts import Actor, Receipt

RECORDED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ReceiptGiven, "description": "同一编号先前已记录：第一次的回执"},
    201: {"model": ReceiptGiven, "description": "已记录，附回执"},
}
"""For `responses=` of every command."""


def once(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a command that answers with more than its receipt: what a second attempt hears."""
    return {200: {"model": model, "description": "同一编号先前已记录：第一次的回答"}}


@dataclass(frozen=True, slots=True)
class Sending:
    """A command on its way: who acts, under which key, and where its answer goes."""

    desk: Office
    who: Acting
    key: str
    response: Response

    @property
    def app(self) -> App:
        """The program."""
        return self.desk.app

    @property
    def actor(self) -> Actor:
        """As commands want him."""
        return self.who.actor

    @property
    def on(self) -> date:
        """Today."""
        return today(self.desk.app)

    def recorded(self, receipt: Receipt) -> ReceiptGiven:
        """The receipt, once the read models show its effect."""
        return recorded(self.desk, receipt, self.response)


def sending(key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Sending:
    """What every command needs beside its own fields."""
    return Sending(desk, who, key, response)


Sent = Annotated[Sending, Depends(sending)]


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
