"""Giving a program a key, listing keys and taking one back, as an administrator types it."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.command_line import account_api_keys
from api.context import App
from api.open311 import api_keys
from api.web.accounts import BadAccount
from domain.kernel.refusals import Refusal
from tests.api.web.county import PASSWORD, County, copied_county

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    with copied_county(cluster) as made:
        yield made


def typed(login: str | None = None, **given: str) -> argparse.Namespace:
    return argparse.Namespace(**{"login": login, "role": None, "program": None, "number": None, **given})


def asking_for_secrets_in(app: App, folder: Path, secret: str) -> App:
    path = folder / "secret"
    path.touch(mode=0o600)
    path.write_text(secret, "utf-8")
    return replace(app, settings=replace(app.settings, secret_file=path))


def test_a_key_is_shown_once_listed_and_taken_back(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    account_api_keys.issue(county.app, typed("ouyang", program="随手拍小程序"))
    (key,) = re.findall(r"mzk-[0-9a-f]{64}", capsys.readouterr().out)
    assert api_keys.actor_of(county.app.writing, key) == county.people["ouyang"]

    account_api_keys.show(county.app, typed("ouyang"))
    shown = capsys.readouterr().out
    (number,) = re.findall(r"\b[0-9a-f]{12}\b", shown)
    assert "随手拍小程序" in shown
    assert "移动网格员" in shown
    assert "有效" in shown
    assert key.partition("-")[2] not in shown

    account_api_keys.end(county.app, typed("ouyang", number=number))
    account_api_keys.show(county.app, typed())
    assert "收回" in capsys.readouterr().out
    with pytest.raises(Refusal, match="key_unknown"):
        api_keys.actor_of(county.app.writing, key)
    with pytest.raises(BadAccount, match=number):
        account_api_keys.end(county.app, typed("ouyang", number=number))


def test_an_officers_key_takes_his_secret(county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = typed("lihe", role="grid_worker", program="巡查平台")
    with pytest.raises(Refusal, match="wrong_password"):
        account_api_keys.issue(asking_for_secrets_in(county.app, tmp_path, "a wrong secret"), wanted)
    account_api_keys.issue(asking_for_secrets_in(county.app, tmp_path, PASSWORD), wanted)
    (key,) = re.findall(r"mzk-[0-9a-f]{64}", capsys.readouterr().out)
    actor = api_keys.actor_of(county.app.writing, key)
    assert actor == county.people["lihe"]
    assert actor.signer is not None
    assert actor.signer.verifier_key == county.people["lihe"].signer.verifier_key


def test_what_cannot_be_is_said(county: County) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="--program"):
        account_api_keys.issue(county.app, typed("ouyang"))
    with pytest.raises(argparse.ArgumentTypeError, match="移动网格员"):
        account_api_keys.issue(county.app, typed("chenjing", role="county_officer", program="x"))
    with pytest.raises(BadAccount, match="nobody"):
        account_api_keys.issue(county.app, typed("nobody", program="x"))
    with pytest.raises(Refusal, match=r"session\.other_roles"):
        account_api_keys.issue(county.app, typed("ouyang", role="grid_worker", program="x"))
    with pytest.raises(argparse.ArgumentTypeError, match="--number"):
        account_api_keys.end(county.app, typed("ouyang"))
