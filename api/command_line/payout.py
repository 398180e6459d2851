"""`mingzhang payout`: the monthly payout from the command line, step by step, each by whoever may do it."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from api.command_line import payout_returns
from api.command_line.console import say, table
from api.command_line.opening import acting, opened, person_behind
from api.command_line.payout_arguments import needed, one_reason, step_key
from api.command_line.values import day_text, division_code, month_text, profile_named, statement_line
from api.commands import payouts
from api.commands.payrolls import PAYROLLS
from api.commands.shared import place_stream, today
from api.context import App
from api.files.bank_profiles import BankProfile, bank_profile_names, load_bank_profile
from api.web import words
from api.web.names import shown_names
from api.wording import yuan_in_words
from domain import places
from domain.kernel.calendar import Month
from domain.kernel.money import yuan
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.payout_batches import batch_id, reference
from domain.payout_batches.signals import CODES, Signal, by_kind
from projections import payout_batches
from projections.payout_batches import Batch

DESCRIPTION = """
按月发放，一步一步，各由有权的人办：
propose 看本月可发的名单；freeze 冻结名单（经办）；list 看批次，list BATCH 看一批的逐笔名单和摘要；
acknowledge 对名单里的提示逐条写明理由（制表、审批各一次）；approve 按摘要审批（另一人），reject 驳回；
export 写代发文件；answer 登记银行回盘；close 全部有结果后关闭。付出后又回来的钱：return 登记退票，
reissue 重新列入，write-back 不再发放，recover 登记追回；银行前后说法不一，问清后
以原来的为准的 uphold，先说失败、后来查实已付的 confirm-paid，同一笔又付了一次的 paid-again。
多付的钱追不回来：write-off 按文号提出核销，另一人 confirm-write-off 同意或 reject-write-off 不同意。
hold 暂停对一个人的付款，lift 解除。
制表与审批不能是同一个人，也不能是经手过其中任何一条线索的人。BATCH 是 21 位批次号，由 freeze 和 list 给出；
return 以后的各步要 29 位付款编号，即批次号加 8 位行号，又付的那一次另用 --again 写明银行流水号；hold、lift 要人员编号。
"""
EXAMPLE = """
mingzhang payout propose --month 2026-03
mingzhang payout freeze --month 2026-03 --as jingban
mingzhang payout list 361125000000202603001
mingzhang payout acknowledge 361125000000202603001 --digest 5f0c… --reason first_payment=本月新成员 --as jingban
mingzhang payout approve 361125000000202603001 --digest 5f0c… --as shenpi
mingzhang payout export 361125000000202603001 --profile neutral-csv --to 代发.csv --as jingban
mingzhang payout answer 361125000000202603001 --from 回盘.csv --as jingban
mingzhang payout close 361125000000202603001 --as jingban
mingzhang payout return 36112500000020260300100000007 --from 通知.pdf --booked-on 2026-05-20 --bank-ref N17 --as jingban
mingzhang payout reissue 36112500000020260300100000007 --as jingban
mingzhang payout paid-again 36112500000020260300100000007 --line 1c0e…:12 --reason 银行来函确认 --as shenpi
mingzhang payout recover 36112500000020260300100000007 --again N9 --booked-on 2026-05-06 --bank-ref T2 …
mingzhang payout hold 399c552f-6e1b-4ead-8db0-b431901fdcb5 --reason 多条线索照片相同 --as shenpi
"""
BATCH_CHARS = 21
LISTED_MAX = 200
WITHOUT_SECRET = ("propose", "list")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `payout` takes."""
    parser.add_argument("step", choices=list(_STEPS), metavar="STEP", help="、".join(_STEPS))
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="21 位批次号；29 位付款编号；hold、lift：人员编号")
    parser.add_argument("--month", type=month_text, metavar="YYYY-MM", help="月份（propose、freeze）")
    parser.add_argument(
        "--payroll",
        choices=list(PAYROLLS),
        default="reward",
        help="发哪一种：reward 奖励（默认），allowance 津贴（propose、freeze）",
    )
    parser.add_argument("--division", type=division_code, metavar="CODE", help="区划代码（默认：本县）")
    parser.add_argument("--digest", metavar="SHA256", help="名单摘要，由 list BATCH 给出（approve）")
    parser.add_argument(
        "--reason",
        action="append",
        help="理由，至少四个字（reject、write-back、recover、uphold、confirm-paid、paid-again、write-off、"
        "reject-write-off、hold、lift）；"
        "acknowledge 每种提示一个：提示代码=理由；"
        "return：原因代码",
    )
    parser.add_argument(
        "--booked-on", type=day_text, metavar="YYYY-MM-DD", help="银行的记账日（return、recover、paid-again）"
    )
    parser.add_argument("--bank-ref", metavar="REF", help="银行流水号（return、recover、paid-again）")
    parser.add_argument("--again", metavar="REF", help="银行又付的那一次的流水号（return、recover、write-off 等）")
    parser.add_argument(
        "--line", type=statement_line, metavar="LINE", help="对账单编号:序号，代替记账日和流水号（paid-again）"
    )
    parser.add_argument("--document", help="文号（hold、write-off）")
    parser.add_argument(
        "--profile", help=f"银行版式：{'、'.join(bank_profile_names())}，或 .toml 文件（export、answer）"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="代发文件写到哪里（export）")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="银行的回盘文件（answer）、退票通知（return）"
    )
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
    proposal = payouts.propose(
        app, division=_where(app, arguments), month=needed(arguments, "month"), payroll=arguments.payroll
    )
    names = _names(app, [*proposal.by_payee, *proposal.left_out])
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
    for payees, why in ((proposal.held, "正在核查、暂停付款"), (proposal.doubtful, "银行对原来那笔说法不一")):
        if payees:
            say(f"另有 {len(payees)} 人{why}，未列入：")
            say("  " + "、".join(names.get(payee, str(payee)) for payee in payees))
    if not rows:
        raise Refusal("payout_batch.empty", month=proposal.month)


def _freeze(app: App, arguments: argparse.Namespace) -> None:
    where, of, payroll = _where(app, arguments), needed(arguments, "month"), arguments.payroll
    number = payouts.propose(app, division=where, month=of, payroll=payroll).number
    named = reference(where, of, number)
    on = today(app)
    payouts.freeze(
        app,
        actor=acting(app, needed(arguments, "login"), role="county_officer"),
        key=f"payout:freeze:{named}:{on}",
        division=where,
        month=of,
        on=on,
        payroll=payroll,
    )
    app.runner.catch_up()
    _show(app, _batch(app, named))
    frozen = _batch(app, named)
    if frozen.signals_digest is not None:
        say("先由制表人、再由审批人对每种提示写明理由：")
        say(f"  mingzhang payout acknowledge {named} --digest {frozen.shown_digest} --reason 提示=理由 … --as <账号>")
    say("请由另一人核对后审批：")
    say(f"  mingzhang payout approve {named} --digest {frozen.shown_digest} --as <审批人>")


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


def _acknowledge(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, needed(arguments, "batch")), today(app)
    digest, login = needed(arguments, "digest"), needed(arguments, "login")
    reasons = dict(_named_reason(text) for text in needed(arguments, "reason"))
    with app.reading.connection() as connection:
        shown = payout_batches.signals_of_batch(connection, batch.batch_id)
    by_maker = person_behind(app, login) == batch.maker_id
    payouts.acknowledge(
        app,
        actor=acting(app, login, role="county_officer" if by_maker else "county_approver"),
        key=step_key("acknowledge", arguments.batch, digest, login, on),
        batch_id=batch.batch_id,
        shown_digest=digest,
        acknowledgements=by_kind([Signal(one.line, one.code) for one in shown], reasons),
        on=on,
    )
    say(f"已说明：{arguments.batch}，{len(shown)} 条提示")


def _named_reason(text: str) -> tuple[str, str]:
    code, separator, reason = text.partition("=")
    if not separator or code not in CODES or not reason.strip():
        raise argparse.ArgumentTypeError(f"--reason 应为 提示代码=理由，提示代码是 {'、'.join(CODES)} 之一：{text}")
    return code, reason.strip()


def _approve(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, needed(arguments, "batch")), today(app)
    digest = needed(arguments, "digest")
    payouts.approve(
        app,
        actor=acting(app, needed(arguments, "login"), role="county_approver"),
        key=step_key("approve", arguments.batch, digest, on),
        batch_id=batch.batch_id,
        shown_digest=digest,
        on=on,
    )
    say(f"已审批：{arguments.batch}，{batch.payment_count} 笔，{yuan(batch.total_fen)} 元（{_in_words(batch)}）")


def _reject(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, needed(arguments, "batch")), today(app)
    reason = one_reason(arguments)
    payouts.reject(
        app,
        actor=acting(app, needed(arguments, "login"), role="county_approver"),
        key=step_key("reject", arguments.batch, reason, on),
        batch_id=batch.batch_id,
        reason=reason,
        on=on,
    )
    say(f"已驳回：{arguments.batch}。其中的奖励可以重新成批。")


def _export(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, needed(arguments, "batch")), today(app)
    target: Path = needed(arguments, "to", flag="--to")
    profile = _profile(arguments, batch)
    actor = acting(app, needed(arguments, "login"), role="county_officer")
    receipt, content = payouts.export(
        app, actor=actor, key=step_key("export", arguments.batch, profile.name, on), batch_id=batch.batch_id,
        profile=profile, on=on,
    )  # fmt: skip
    target.write_bytes(content)
    target.chmod(0o600)
    again = "" if receipt is not None else "（此前已导出，这是同一份文件）"
    say(f"代发文件：{target}，{batch.payment_count} 笔，{yuan(batch.total_fen)} 元{again}")


def _answer(app: App, arguments: argparse.Namespace) -> None:
    batch, on = _batch(app, needed(arguments, "batch")), today(app)
    source: Path = needed(arguments, "source", flag="--from")
    content = source.read_bytes()
    receipt = payouts.record_answer(
        app,
        actor=acting(app, needed(arguments, "login"), role="county_officer"),
        key=step_key("answer", arguments.batch, content.hex(), on),
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
    batch, on = _batch(app, needed(arguments, "batch")), today(app)
    payouts.close(
        app,
        actor=acting(app, needed(arguments, "login"), role="county_officer"),
        key=step_key("close", arguments.batch, "", on),
        batch_id=batch.batch_id,
        on=on,
    )
    say(f"已关闭：{arguments.batch}")
    _show_outcome(app, batch)


_STEPS: Mapping[str, Callable[[App, argparse.Namespace], None]] = {
    "propose": _propose,
    "freeze": _freeze,
    "list": _list,
    "acknowledge": _acknowledge,
    "approve": _approve,
    "reject": _reject,
    "export": _export,
    "answer": _answer,
    "close": _close,
    **payout_returns.STEPS,
}


# What they show and need.


def _show(app: App, batch: Batch) -> None:
    """A batch line by line, its totals in figures and words, and the digest that an approval binds to."""
    with app.reading.connection() as connection:
        lines = payout_batches.payments_of_batch(connection, batch.batch_id)
        noted = payout_batches.signals_of_batch(connection, batch.batch_id)
    names = _names(app, [line.payee_id for line in lines])
    rows = [
        (
            line.line,
            names.get(line.payee_id, ""),
            len(line.rewards),
            yuan(line.amount_fen),
            words.STATUSES[line.state] + ("，银行说法不一" if line.contradicted else ""),
            "；".join(words.SIGNALS[one.code] for one in noted if one.line == line.line),
        )
        for line in lines
    ]
    say(table(("行", "收款人", "奖励笔数", "金额（元）", "状态", "提示"), rows))
    say(f"批次 {_reference(batch)}：{words.BATCH_STATUSES[batch.status]}")
    say(f"合计 {batch.payment_count} 笔，{yuan(batch.total_fen)} 元（{_in_words(batch)}）")
    say(f"名单摘要 {batch.shown_digest}")


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
    return load_bank_profile(profile_named(named, among=bank_profile_names()))


def _where(app: App, arguments: argparse.Namespace) -> Division:
    """The division that was named, else the county. Refuses `place.unknown`."""
    where: Division | None = arguments.division
    if where is not None and app.journal.state(place_stream(where), places.evolve) is None:
        raise Refusal("place.unknown", division=where)
    return where or app.log.division
