"""Who reports far more than everybody else is shown to a person; a busy week alone raises no flag."""

from uuid import UUID

from domain.velocity import REPORTS_MIN, TIMES_MORE, flagged_from, unusual_reporters


def counts(*numbers):
    return {UUID(int=index): number for index, number in enumerate(numbers, start=1)}


def test_nobody_is_flagged_where_nobody_reports_or_all_report_little():
    assert unusual_reporters({}) == []
    assert flagged_from({}) == REPORTS_MIN
    assert unusual_reporters(counts(1, 2, REPORTS_MIN - 1)) == []


def test_whoever_reports_many_times_more_than_the_others_is_flagged():
    found = unusual_reporters(counts(*[2] * 300, 92, 30, 17))
    assert [(one.reports, one.flagged_from) for one in found] == [(92, REPORTS_MIN), (30, REPORTS_MIN)]


def test_also_among_few_reporters_one_can_stand_out():
    assert [one.reports for one in unusual_reporters(counts(3, 2, 40))] == [40]
    assert unusual_reporters(counts(40)) == [], "alone he stands out from nobody"


def test_where_everybody_reports_much_more_is_needed():
    busy = counts(*[12] * 300, 59, 60)
    assert flagged_from(busy) == 12 * TIMES_MORE
    assert [one.reports for one in unusual_reporters(busy)] == [60]
