"""The rehearsal bank: the same answers every time, some of them unpleasant, and none for a real payment."""

from datetime import date

import pytest

from api.files.bank_profiles import load_bank_profile
from api.files.bank_words import FAILURE_REASONS
from api.files.findings import BadFile
from api.files.payment_files import write_payment_file
from api.files.rehearsal_bank import answer, answer_again, contradict, repeat, return_late
from api.files.return_files import check_against, read_return_file, unanswered
from domain.kernel.refusals import Refusal

NEUTRAL = load_bank_profile("neutral-csv")
WORKBOOK = load_bank_profile("generic-xlsx")
ISO = load_bank_profile("iso20022")
PROFILES = pytest.mark.parametrize("profile", [NEUTRAL, WORKBOOK, ISO], ids=lambda profile: profile.name)
ON, LATER = date(2026, 12, 6), date(2026, 12, 9)


def still_open(returned):
    return (*returned.having("accepted"), *returned.having("unknown"))


@PROFILES
def test_most_lines_settle_some_fail_and_some_stay_open(batch, profile):
    sent = batch(100)
    content = answer(write_payment_file(profile, sent), profile, seed=1, on=ON, rehearsal=True)
    returned = check_against(read_return_file(profile, content), sent)
    assert returned.findings == ()
    assert returned.rehearsal
    settled, failed = returned.having("settled"), returned.having("failed")
    unknown = still_open(returned)
    missing = unanswered(returned, sent)
    assert (len(settled), len(failed), len(unknown) + len(missing)) == (92, 4, 4)
    assert missing
    assert {line.bank_status for line in unknown} == {"PROCESSING", "X9"}
    assert {line.booked_on for line in settled} == {ON}
    assert len({line.bank_ref for line in settled}) == 92
    assert all(line.reason in FAILURE_REASONS for line in failed)


@PROFILES
def test_a_later_answer_resolves_exactly_what_was_open(batch, profile):
    sent = batch(200)
    content = write_payment_file(profile, sent)
    first = read_return_file(profile, answer(content, profile, seed="x", on=ON, rehearsal=True))
    second = check_against(
        read_return_file(profile, answer_again(content, profile, seed="x", on=LATER, rehearsal=True)), sent
    )
    assert second.findings == ()
    opened = {line.end_to_end_id for line in (*still_open(first), *unanswered(first, sent))}
    assert {line.end_to_end_id for line in second.lines} == opened
    assert still_open(second) == ()
    assert second.having("settled")


def test_small_batches_settle_and_larger_ones_show_every_kind(batch):
    kinds = {}
    for count in (1, 3, 4, 8):
        content = write_payment_file(NEUTRAL, batch(count))
        returned = read_return_file(NEUTRAL, answer(content, NEUTRAL, seed=7, on=ON, rehearsal=True))
        assert returned.findings == ()
        open_count = len(still_open(returned)) + count - len(returned.lines)
        kinds[count] = len(returned.having("settled")), len(returned.having("failed")), open_count
    assert kinds == {1: (1, 0, 0), 3: (3, 0, 0), 4: (3, 1, 0), 8: (6, 1, 1)}


def test_a_batch_without_open_lines_has_an_empty_later_answer(batch):
    content = write_payment_file(NEUTRAL, batch(3))
    returned = read_return_file(NEUTRAL, answer_again(content, NEUTRAL, seed=7, on=ON, rehearsal=True))
    assert (returned.lines, returned.findings) == ((), ())


def test_every_reason_comes_up(batch):
    sent = batch(250)
    content = write_payment_file(NEUTRAL, sent)
    reasons = set()
    for seed in range(8):
        returned = read_return_file(NEUTRAL, answer(content, NEUTRAL, seed=seed, on=ON, rehearsal=True))
        reasons |= {line.reason for line in returned.having("failed")}
    assert reasons == set(FAILURE_REASONS)


@PROFILES
@pytest.mark.parametrize("act", [answer, answer_again])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(batch, profile, act):
    content = write_payment_file(profile, batch(60))
    one, same, other = (act(content, profile, seed=seed, on=ON, rehearsal=True) for seed in (5, 5, 6))
    assert one == same != other


@PROFILES
@pytest.mark.parametrize("act", [answer, answer_again])
def test_it_answers_rehearsals_only(batch, profile, act):
    rehearsed = write_payment_file(profile, batch(3))
    with pytest.raises(Refusal, match=r"rehearsal\.only"):
        act(rehearsed, profile, seed=1, on=ON, rehearsal=False)
    real = write_payment_file(profile, batch(3, rehearsal=False))
    with pytest.raises(Refusal, match=r"rehearsal\.only"):
        act(real, profile, seed=1, on=ON, rehearsal=True)


@PROFILES
def test_what_was_settled_comes_back_later(batch, profile):
    sent = batch(100)
    content = write_payment_file(profile, sent)
    first = read_return_file(profile, answer(content, profile, seed=3, on=ON, rehearsal=True))
    later = return_late(content, profile, seed=3, on=LATER, rehearsal=True)
    returned = check_against(read_return_file(profile, later), sent)
    assert returned.findings == ()
    assert len(returned.having("returned")) == len(returned.lines) == 1
    (line,) = returned.lines
    assert line.end_to_end_id in {one.end_to_end_id for one in first.having("settled")}
    assert line.booked_on == LATER
    assert line.bank_ref


@PROFILES
def test_it_contradicts_itself_about_one_line(batch, profile):
    sent = batch(4)
    content = write_payment_file(profile, sent)
    first = read_return_file(profile, answer(content, profile, seed=3, on=ON, rehearsal=True))
    other = check_against(
        read_return_file(profile, contradict(content, profile, seed=3, on=LATER, rehearsal=True)), sent
    )
    assert other.findings == ()
    (line,) = other.having("failed")
    assert line.end_to_end_id in {one.end_to_end_id for one in first.having("settled")}


@PROFILES
def test_it_says_the_same_twice_in_two_files(batch, profile):
    content = write_payment_file(profile, batch(20))
    first = answer(content, profile, seed=3, on=ON, rehearsal=True)
    second = repeat(content, profile, seed=3, on=ON, again_on=LATER, rehearsal=True)
    assert first != second
    assert read_return_file(profile, first).lines == read_return_file(profile, second).lines


def test_its_answer_says_rehearsal_at_the_head(batch):
    content = answer(write_payment_file(NEUTRAL, batch(3)), NEUTRAL, seed=1, on=ON, rehearsal=True)
    assert content.decode().startswith("#演练")


def test_a_payment_file_that_cannot_be_read_is_a_bad_file():
    with pytest.raises(BadFile):
        answer(b"junk", NEUTRAL, seed=1, on=ON, rehearsal=True)
