"""What witnesses answered, and what a quorum lacks, in Chinese. The core says it in English, for monitors and logs."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from api.web.format_words import said
from api.web.integrity_words import broken
from api.web.phrases import fitting, phrases
from journal.observed import Observed, Sighting

_LACKING: Final = phrases(
    (
        (r"witness (\S+) has not cosigned", r"见证人 \1 还没有签名"),
        (r"group (\S+) needs (\d+) of (\d+) members and has (\d+)", r"组 \1 的 \3 个成员里要有 \2 个签名，现有 \4 个"),
    )
)
_PROBLEMS: Final = phrases(
    (
        (r"it did not answer in time", "没有及时回答"),
        (r"it cannot be reached: .*", "连不上：请核对它的网址和网络"),
        (r"the newest checkpoint is not signed by it", "最新的检查点还没有新密钥的签名，没有可给它看的"),
        (r"no address is known to ask it at", "信任规则里没有写它的网址，不能去问"),
        (r"its answers about the size that it has seen disagree", "对见证过多少条的回答前后不一"),
        (r"it has seen (\d+) entries, this checkpoint has (\d+)", r"它见证过 \1 条，这个检查点只有 \2 条"),
        (r"it refused with 403: .*", "拒绝：它不认这个检查点上的账本密钥"),
        (r"it refused with 404: .*", "拒绝：它不认得这个账本"),
        (r"it refused with 422: .*", "拒绝：这个检查点不是它见证过的那份账本的延续"),
        (r"it refused with (\d+): .*", r"拒绝（HTTP \1）"),
        (r"(?:it could not be asked: )?its cosignature names no time", "它的签名没有写时间"),
        (r"(?:it could not be asked: )?its answer is no cosignature of it: .*", "它的回答不是它的签名"),
        (r"it could not be asked: (.*)", "问不了：它的回答不合规定，或中途断了"),
    )
)


def lacking(reason: str) -> str:
    """What a quorum lacks."""
    fits = fitting(_LACKING, reason)
    return said(reason) if fits is None else fits[1]


def problem(text: str) -> str:
    """Why a witness gave no cosignature."""
    fits = fitting(_PROBLEMS, text)
    return text if fits is None else fits[1]


def observed_in_words(observed: Observed) -> list[str]:
    """What the log has seen of itself, a sentence each: what is published, what waits for what, what witnesses said."""
    return list(_sentences(observed))


def _sentences(observed: Observed) -> Iterator[str]:
    if observed.failure is not None:
        yield f"账本校验未通过，已停止公布：{broken(observed.failure)}"
    published, pending = observed.published, observed.pending
    yield f"已公布的检查点共 {published.size} 条。" if published is not None else "还没有公布检查点。"
    if observed.closed is not None:
        day = date.fromisoformat(observed.closed.on)
        yield f"账本已于 {day.year} 年 {day.month} 月 {day.day} 日封账（索引 {observed.closed.index}），此后不再记录。"
    if pending is not None:
        yield f"已签名、还不够见证的检查点共 {pending.size} 条：{'；'.join(map(lacking, pending.reasons))}。"
    for witness in observed.witnesses:
        yield f"见证人 {witness.name}：{'；'.join(_of_witness(witness))}。"


def _of_witness(witness: Sighting) -> Iterator[str]:
    yield f"签过的检查点共 {witness.size} 条" if witness.size is not None else "还没有签过"
    if witness.problem:
        yield problem(witness.problem)
