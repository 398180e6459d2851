"""`mingzhang payout`: the monthly payout from the command line, step by step, each by whoever may do it."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from api.command_line.console import say, table
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import division_code, month_text
from api.commands import payouts
from api.commands.shared import place_stream
from api.context import App
from api.files.bank_profiles import BankProfile, bank_profile_names, load_bank_profile
from api.web import words
from api.web.names import shown_names
from api.wording import yuan_in_words
from domain import places
from domain.kernel.calendar import Month, day_in_china
from domain.kernel.ids import derived
from domain.kernel.money import yuan
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.payout_batches import batch_id, reference
from projections import payout_batches
from projections.payout_batches import Batch

DESCRIPTION = """
按月发放，一步一步，各由有权的人办：
propose 看本月可发的名单；freeze 冻结名单（经办）；list 看批次，list BATCH 看一批的逐笔名单和摘要；
approve 按摘要审批（另一人），reject 驳回；export 写代发文件；answer 登记银行回盘；close 全部有结果后关闭。
制表与审批不能是同一个人，也不能是经手过其中任何一条线索的人。BATCH 是 21 位批次号，由 freeze 和 list 给出。
"""
EXAMPLE = """
mingzhang payout propose --month 2026-03
mingzhang payout freeze --month 2026-03 --as jingban
mingzhang payout list 361125000000202603001
mingzhang payout approve 361125000000202603001 --digest 5f0c… --as shenpi
mingzhang payout export 361125000000202603001 --profile neutral-csv --to 代发.csv --as jingban
mingzhang payout answer 361125000000202603001 --from 回盘.csv --as jingban
mingzhang payout close 361125000000202603001 --as jingban
"""
BATCH_CHARS = 21
LISTED_MAX = 200
WITHOUT_SECRET = ("propose", "list")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `payout` takes."""
    parser.add_argument("step", choices=list(_STEPS), metavar="STEP", help="、".join(_STEPS))
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="21 位批次号")
    parser.add_argument("--month", type=month_text, metavar="YYYY-MM", help="月份（propose、freeze）")
    parser.add_argument("--division", type=division_code, metavar="CODE", help="区划代码（默认：本县）")
    parser.add_argument("--digest", metavar="SHA256", help="名单摘要，由 list BATCH 给出（approve）")
    parser.add_argument("--reason", help="理由（reject）")
    parser.add_argument(
        "--profile", help=f"银行版式：{'、'.join(bank_profile_names())}，或 .toml 文件（export、answer）"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="代发文件写到哪里（export）")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="银行的回盘文件（answer）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义：登录账号")


def run(arguments: argparse.Namespace) -> int:
    """Do one step."""
    with opened(asks_secret=arguments.step not in WITHOUT_SECRET) as app:
        app.runner.catch_up()
        if arguments.login is not None:
            person_behind(app, arguments.login)
        _STEPS[arguments.step](app, arguments)
        app.runner.catch_up()
    return 0


# The steps.


def _propose(app: App, arguments: argparse.Namespace) -> None:
    proposal = payouts.propose(app, division=_where(app, arguments), month=_needed(arguments, "month"))
    names = _names(app, [*proposal.by_payee, *proposal.without_account, *proposal.cooling])
    rows = [
        (names.get(payee, ""), len(rewards), yuan(sum(reward.amount_fen for reward in rewards)))
        for payee, rewards in proposal.by_payee.items()
    ]
    if rows:
        say(table(("收款人", "笔数", "金额（元）"), rows))
        say(f"{proposal.month} 第 {proposal.number} 批：{len(rows)} 人，合计 {yuan(proposal.total_fen)} 元")
    if proposal.without_account:
        say(f"另有 {len(proposal.without_account)} 人没有收款账户，未列入：")
        say("  " + "、".join(names.get(payee, str(payee)) for payee in proposal.without_account))
    if proposal.cooling:
        say(f"另有 {len(proposal.cooling)} 人刚换过收款账户，未列入（括号里是可以发的第一天）：")
        say("  " + "、".join(f"{names.get(payee, payee)}（{day}）" for payee, day in proposal.cooling.items()))
    if not rows:
        raise Refusal("payout_batch.empty", month=proposal.month)


def _freeze(app: App, arguments: argparse.Namespace) -> None:
    where, of = _where(app, arguments), _needed(arguments, "month")
    number = payouts.propose(app, division=where, month=of).number
    named = reference(where, of, number)
    on = _today(app)
    payouts.freeze(
        app,
        actor=acting(app, _needed(arguments, "login"), role="county_officer"),
        key=f"payout:freeze:{named}:{on}",
        division=where,
        month=of,
        on=on,
    )
    app.runner.catch_up()
    _show(app, _batch(app, named))
    say("请由另一人核对后审批：")
    say(f"  mingzhang payout approve {named} --digest {_batch(app, named).lines_digest} --as <审批人>")


def _list(app: App, arguments: argparse.Namespace) -> None:
    if arguments.batch:
        _show(app, _batch(app, arguments.batch))
        return
    with app.reading.connection() as connection:
        batches = payout_batches.listing(
            connection, area=_where(app, arguments), month=arguments.month, limit=LISTED_MAX
        )
    rows = [
        (_reference(one), words.BATCH_STATUSES[one.status], one.payment_count, yuan(one.total_fen), one.frozen_on)
        for one in batches
    ]
    say(table(("批次号", "状态", "笔数", "金额（元）", "冻结日"), rows))


def _approve(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, _needed(arguments, "batch")), _today(app)
    digest = _needed(arguments, "digest")
    payouts.approve(
        app,
        actor=acting(app, _needed(arguments, "login"), role="county_approver"),
        key=_key("approve", arguments.batch, digest, on),
        batch_id=batch.batch_id,
        shown_digest=digest,
        on=on,
    )
    say(f"已审批：{arguments.batch}，{batch.payment_count} 笔，{yuan(batch.total_fen)} 元（{_in_words(batch)}）")


def _reject(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, _needed(arguments, "batch")), _today(app)
    reason = _needed(arguments, "reason")
    payouts.reject(
        app,
        actor=acting(app, _needed(arguments, "login"), role="county_approver"),
        key=_key("reject", arguments.batch, reason, on),
        batch_id=batch.batch_id,
        reason=reason,
        on=on,
    )
    say(f"已驳回：{arguments.batch}。其中的奖励可以重新成批。")


def _export(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, _needed(arguments, "batch")), _today(app)
    target: Path = _needed(arguments, "to", flag="--to")
    profile = _profile(arguments, batch)
    actor = acting(app, _needed(arguments, "login"), role="county_officer")
    receipt, content = payouts.export(
        app, actor=actor, key=_key("export", arguments.batch, profile.name, on), batch_id=batch.batch_id,
        profile=profile, on=on,
    )  # fmt: skip
    target.write_bytes(content)
    target.chmod(0o600)
    again = "" if receipt is not None else "（此前已导出，这是同一份文件）"
    say(f"代发文件：{target}，{batch.payment_count} 笔，{yuan(batch.total_fen)} 元{again}")


def _answer(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, _needed(arguments, "batch")), _today(app)
    source: Path = _needed(arguments, "source", flag="--from")
    content = source.read_bytes()
    receipt = payouts.record_answer(
        app,
        actor=acting(app, _needed(arguments, "login"), role="county_officer"),
        key=_key("answer", arguments.batch, content.hex(), on),
        batch_id=batch.batch_id,
        profile=_profile(arguments, batch),
        content=content,
        file=source.name,
        on=on,
    )
    app.runner.catch_up()
    say("这份回盘已登记过，没有变化。" if receipt is None else "回盘已登记。")
    _show_outcome(app, batch)


def _close(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, _needed(arguments, "batch")), _today(app)
    payouts.close(
        app,
        actor=acting(app, _needed(arguments, "login"), role="county_officer"),
        key=_key("close", arguments.batch, "", on),
        batch_id=batch.batch_id,
        on=on,
    )
    say(f"已关闭：{arguments.batch}")
    _show_outcome(app, batch)


_STEPS: Mapping[str, Callable[[App, argparse.Namespace], None]] = {
    "propose": _propose,
    "freeze": _freeze,
    "list": _list,
    "approve": _approve,
    "reject": _reject,
    "export": _export,
    "answer": _answer,
    "close": _close,
}


# What they show and need.


def _show(app: App, batch: Batch) -> None:
    """A batch line by line, its totals in figures and words, and the digest that an approval binds to."""
    with app.reading.connection() as connection:
        lines = payout_batches.payments_of_batch(connection, batch.batch_id)
    names = _names(app, [line.payee_id for line in lines])
    rows = [
        (line.line, names.get(line.payee_id, ""), len(line.rewards), yuan(line.amount_fen), words.STATUSES[line.state])
        for line in lines
    ]
    say(table(("行", "收款人", "奖励笔数", "金额（元）", "状态"), rows))
    say(f"批次 {_reference(batch)}：{words.BATCH_STATUSES[batch.status]}")
    say(f"合计 {batch.payment_count} 笔，{yuan(batch.total_fen)} 元（{_in_words(batch)}）")
    say(f"名单摘要 {batch.lines_digest}")


def _show_outcome(app: App, batch: Batch) -> None:
    with app.reading.connection() as connection:
        check = payout_batches.three_way(connection, batch.batch_id)
    if check is None:
        return
    open_count = check.lines_count - check.lines_settled_count - check.lines_failed_count
    say(
        f"到账 {check.lines_settled_count} 笔 {yuan(check.lines_settled_fen)} 元，"
        f"失败 {check.lines_failed_count} 笔 {yuan(check.lines_failed_fen)} 元，未决 {open_count} 笔；"
        f"三方核对{'一致' if check.agrees else '不一致'}"
    )


def _in_words(batch: Batch) -> str:
    return yuan_in_words(batch.total_fen)


def _names(app: App, people: Sequence[UUID]) -> dict[UUID, str]:
    """Names as the public sees them; the payment file alone holds them in full."""
    with app.reading.connection() as connection:
        return shown_names(connection, people)


def _batch(app: App, named: str) -> Batch:
    """The batch of a 21-digit number. Refuses `payout_batch.unknown`."""
    with app.reading.connection() as connection:
        found = payout_batches.one(connection, _batch_id(named))
    if found is None:
        raise Refusal("payout_batch.unknown")
    return found


def _batch_id(named: str) -> UUID:
    if len(named) != BATCH_CHARS or not (named.isascii() and named.isdigit()):
        raise argparse.ArgumentTypeError(f"批次号应为 {BATCH_CHARS} 位数字：{named}")
    return batch_id(Division(named[:12]), Month(f"{named[12:16]}-{named[16:18]}"), int(named[18:]))


def _reference(batch: Batch) -> str:
    return reference(Division(batch.division), Month(batch.month), batch.number)


def _profile(arguments: argparse.Namespace, batch: Batch) -> BankProfile:
    """The profile that was asked for, else the one that the batch was sent in."""
    named = arguments.profile or batch.profile
    if named is None:
        raise argparse.ArgumentTypeError("缺少参数：--profile")
    return load_bank_profile(named if named in bank_profile_names() else Path(named))


def _where(app: App, arguments: argparse.Namespace) -> Division:
    """The division that was named, else the county. Refuses `place.unknown`."""
    where: Division | None = arguments.division
    if where is not None and app.journal.state(place_stream(where), places.evolve) is None:
        raise Refusal("place.unknown", division=where)
    return where or app.log.division


def _needed(arguments: argparse.Namespace, name: str, *, flag: str | None = None) -> Any:
    """The value of an argument that this step needs."""
    value = getattr(arguments, name)
    if value is None:
        flags = {"login": "--as", "batch": "BATCH"}
        raise argparse.ArgumentTypeError(f"{arguments.step} 缺少参数：{flag or flags.get(name, '--' + name)}")
    return value


def _key(step: str, *parts: object) -> str:
    """The same step on the same thing on the same day is the same command, so that it may be repeated."""
    return f"payout:{step}:{derived('payout', step, *parts)}"


def _today(app: App) -> date:
    return day_in_china(app.journal.now())
