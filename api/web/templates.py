"""The templates and what each may use: amounts, words, days, and the stylesheet under a name that changes with it.

Whatever a template shows is escaped; a name that is missing is an error and never an empty place.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.web import words
from api.web.account_words import account_code, account_name
from api.web.disclosed.kinds import disclosed_period_text
from api.web.identity import Identity
from api.web.rate_words import money_rate_text, period_text, rate_text
from api.wording import yuan_in_words
from domain.kernel.money import yuan

HERE: Final = Path(__file__).parent.parent
STATIC: Final = HERE / "static"
STYLE: Final = STATIC / "style.css"
STAFF_STYLE: Final = STATIC / "staff.css"


class Templates:
    """Pages by the name of their template. `identity` is what every page says about the journal."""

    def __init__(self, identity: Identity) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            yuan=grouped_yuan,
            capital=yuan_in_words,
            day=day,
            moment=words.moment,
            month=words.month_words,
            rate=rate_text,
            money_rate=money_rate_text,
            period=period_text,
            disclosed_period=disclosed_period_text,
            account_name=account_name,
            account_code=account_code,
        )
        self._environment.globals.update(
            identity=identity, words=words, style=address(STYLE), staff_style=address(STAFF_STYLE), script=script
        )

    def render(self, template: str, values: Mapping[str, Any]) -> str:
        """The page as HTML text."""
        return self._environment.get_template(template).render(values)


def address(file: Path) -> str:
    """Where a static file is found: under a name that changes with its content, so that it may be kept for ever."""
    return f"/static/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def script(name: str) -> str:
    """The address of a script of ours, for a page that sends the policy of `api.web.frame.SCRIPTED`."""
    return address(STATIC / f"{name}.js")


def grouped_yuan(amount_fen: int) -> str:
    """`123456789` fen -> `1,234,567.89`."""
    whole, dot, rest = yuan(amount_fen).partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-") != "0" else f"{whole}{dot}{rest}"


def day(on: date) -> str:
    """`2026年3月5日`."""
    return f"{on.year}年{on.month}月{on.day}日"
