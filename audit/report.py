"""The report as people and as programs read it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from audit import wording
from audit.findings import CheckResult, Finding, Report, Status


def lines(report: Report) -> Iterator[str]:
    """The report in Chinese, a numbered line a check, its findings below it, the verdict last."""
    if report.unreadable is not None:
        yield f"{report.directory}：{wording.sentence(report.unreadable)}"
        yield wording.VERDICTS[report.verdict]
        return
    if report.rehearsal:
        yield wording.REHEARSAL
    for result in report.checks:
        yield _headline(result)
        for finding in result.findings:
            mark = wording.STATUS[Status.ATTENTION if finding.attention else Status.FAILED]
            yield f"    {mark}：{wording.sentence(finding)} 〔{wording.place_text(finding.place)}〕"
        if result.omitted:
            yield "    " + wording.OMITTED.format(count=result.omitted)
    yield wording.VERDICTS[report.verdict]


def _headline(result: CheckResult) -> str:
    line = f"{result.number:2}. {wording.STATUS[result.status]}  {wording.TITLES[result.check]}"
    if result.status is Status.NOT_RUN and result.not_run is not None:
        return f"{line}：{_why_not(result)}"
    if result.summary is not None and result.check in wording.SUMMARIES:
        return f"{line}：{wording.SUMMARIES[result.check].format_map(result.summary)}"
    return line


def _why_not(result: CheckResult) -> str:
    """Why a check did not run."""
    reason, facts = result.not_run or ("", {})
    return wording.REASONS[reason].format_map(facts)


def to_json(report: Report) -> str:
    """The report as one JSON object, indented; every word in it is permanent but the Chinese texts.

    Top: `verdict` (whole, findings, unreadable), `exit_code`, `directory`, `origin`, `size`, `root` (hex),
    `log_key`, `rehearsal`, `unreadable` (a finding or null), `checks`. A check: `number`, `check`, `title`, `status`
    (passed, failed, attention, not_run), `reason` and `reason_text` where it did not run, `summary`, `count` of all
    findings, `findings` (at most 10,000). A finding: `code` (`<check>.<reason>`), `attention`, `place` (`file`,
    `offset`, `row`, `index`, `event`, as far as known), `facts`, `text`.
    """
    return json.dumps(
        {
            "verdict": report.verdict,
            "exit_code": report.exit_code,
            "directory": report.directory,
            "origin": report.origin,
            "size": report.size,
            "root": report.root,
            "log_key": report.log_key,
            "rehearsal": report.rehearsal,
            "unreadable": _finding(report.unreadable) if report.unreadable else None,
            "checks": [_check(result) for result in report.checks],
        },
        ensure_ascii=False,
        indent=2,
    )


def _check(result: CheckResult) -> dict[str, Any]:
    return {
        "number": result.number,
        "check": result.check.value,
        "title": wording.TITLES[result.check],
        "status": result.status.value,
        "reason": result.not_run[0] if result.not_run and result.status is Status.NOT_RUN else None,
        "reason_text": _why_not(result) if result.status is Status.NOT_RUN else None,
        "summary": dict(result.summary) if result.summary is not None else None,
        "count": result.count,
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    place = {name: value for name, value in asdict(finding.place).items() if value is not None}
    return {
        "code": finding.code,
        "attention": finding.attention,
        "place": place,
        "facts": dict(finding.facts),
        "text": wording.sentence(finding),
    }
