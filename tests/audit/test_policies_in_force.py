"""A log key is replaced while readers watch: each checkpoint is judged by its time's policy; the end is the end."""

import pytest

from audit.package import Beside, write_package
from audit.verify import verify_package
from domain.kernel.ids import derived, stream_name
from journal import checkpoint as checkpoints
from journal import note
from tests.audit.full import BOTH, NEW, NEXT_KEY, pages_of, sealed_by_both, set_policy
from tests.audit.packages import fresh, list_again
from tests.audit.story import LOG_KEY, ORIGIN, POLICY, County, codes, seal

OLD, NEXT = str(LOG_KEY.verifier_key), str(NEXT_KEY.verifier_key)


@pytest.fixture(scope="module")
def rotated(tmp_path_factory):
    """Old key, both keys, new key alone: the package ends under the third policy and carries one seal of each."""
    county = County()
    first = len(county.story.entries())
    set_policy(county, BOTH)
    set_policy(county, NEW)
    entries = county.story.entries()
    directory = tmp_path_factory.mktemp("rotated") / "package"
    write_package(
        directory,
        entries=entries,
        checkpoint=seal(entries, key=NEXT_KEY),
        policy=NEW,
        older_checkpoints=[seal(entries[:first]), sealed_by_both(entries[: first + 1])],
        beside=Beside(disclosures=pages_of(entries)),
    )
    return directory, entries, first


def attended(report):
    return {finding.code for finding in report.findings if finding.attention}


def test_each_checkpoint_is_judged_by_its_time(rotated):
    directory, entries, first = rotated
    assert (verify_package(directory, log_key=NEXT, processes=1)).findings == ()
    for kept in (seal(entries[:first]), sealed_by_both(entries[: first + 1]), seal(entries, key=NEXT_KEY)):
        assert codes(verify_package(directory, log_key=NEXT, since=kept, processes=1)) == set()


def test_a_reader_who_knows_the_old_key_is_led_to_the_new_one(rotated):
    report = verify_package(rotated[0], log_key=OLD, processes=1)
    assert codes(report) == set()
    assert attended(report) == {"tree.key_rotated"}


def test_without_a_seal_of_the_old_key_over_the_change_nothing_leads_there(rotated, tmp_path):
    directory, entries, first = rotated
    package = fresh(directory, tmp_path)
    (package / f"checkpoints/{first + 1}").unlink()
    list_again(package, readme=True)
    assert codes(verify_package(package, log_key=OLD, processes=1)) == {"tree.key_differs"}
    kept = sealed_by_both(entries[: first + 1])
    assert attended(verify_package(package, log_key=OLD, since=kept, processes=1)) == {"tree.key_rotated"}


def test_a_key_that_is_not_in_force_any_more_seals_nothing(rotated, tmp_path):
    directory, entries, _ = rotated
    package = fresh(directory, tmp_path)
    (package / "checkpoint").write_bytes(seal(entries))
    list_again(package, readme=True)
    assert "tree.unsealed" in codes(verify_package(package, processes=1))


def test_the_policy_of_another_time_is_not_the_packages(rotated, tmp_path):
    package = fresh(rotated[0], tmp_path)
    (package / "trust.policy").write_text(BOTH)
    list_again(package)
    assert "genesis.policy" in codes(verify_package(package, processes=1))


def test_a_readers_own_policy_is_what_counts(rotated):
    directory, _, _ = rotated
    assert codes(verify_package(directory, policy=NEW.encode(), processes=1)) == set()
    assert attended(verify_package(directory, policy=NEW.encode(), processes=1)) == set()
    stricter = NEW.replace("group bodies 1 audit-bureau", "group bodies 1 audit-bureau\ngroup all all bodies")
    assert codes(verify_package(directory, policy=stricter.encode(), processes=1)) == set()
    stranger = note.Ed25519Signer.generate("w", algorithm=note.COSIGNATURE_V1).verifier_key
    demanding = f"log {NEXT}\nwitness mine {stranger}\nquorum mine\n"
    assert codes(verify_package(directory, policy=demanding.encode(), processes=1)) == {"witnesses.missing"}


def test_both_keys_of_a_change_are_written_and_checked(tmp_path):
    county = County()
    set_policy(county, BOTH)
    entries = county.story.entries()
    signed = sealed_by_both(entries)
    beside = Beside(disclosures=pages_of(entries))
    write_package(tmp_path / "p", entries=entries, checkpoint=signed, policy=BOTH, beside=beside)
    written = (tmp_path / "p/checkpoint").read_bytes()
    assert [line.name for line in note.parse(written).signatures] == [ORIGIN, ORIGIN, "witness.example.org"]
    for key in (OLD, NEXT):
        assert verify_package(tmp_path / "p", log_key=key, processes=1).findings == ()


def test_lines_of_others_do_not_travel(tmp_path, told):
    stranger = note.Ed25519Signer.generate("w", algorithm=note.COSIGNATURE_V1)
    cosigned = checkpoints.cosign(checkpoints.parse_text(note.parse(seal(told)).text), stranger, time_s=1_800_000_000)
    signed = checkpoints.add_cosignatures(seal(told), cosigned)
    beside = Beside(disclosures=pages_of(list(told)))
    write_package(tmp_path / "p", entries=told, checkpoint=signed, policy=POLICY, beside=beside)
    assert (tmp_path / "p/checkpoint").read_bytes() == seal(told)
    (tmp_path / "p/checkpoint").write_bytes(signed)
    list_again(tmp_path / "p", readme=True)
    assert codes(verify_package(tmp_path / "p", processes=1)) == {"tree.signature_lines"}


def test_a_policy_that_is_none_or_of_another_log(verdict_on, county):
    set_policy(county, "nonsense\n")
    set_policy(county, POLICY.replace(ORIGIN, "log.example.org/other"))
    set_policy(county, POLICY)
    assert codes(verdict_on(county.story)) >= {"genesis.bad_policy"}


def test_nothing_follows_the_end(verdict_on, county):
    log = stream_name("log", derived("log", ORIGIN))
    county.admin(log, "log.closed/1", {"reason": "并入市级账本"})
    assert codes(verdict_on(county.story)) == set()
    county.admin(
        f"person/{county.worker}",
        "person.role_ended/1",
        {"role": "grid_worker", "area": "361125100000", "last_day": "2026-02-05"},
    )
    report = verdict_on(county.story)
    assert codes(report) == {"genesis.after_close"}


# What a stolen key did.


def test_what_a_stolen_key_did_and_was_taken_back_is_named_and_excused(verdict_on, county):
    granted = county.story.find("reward.granted/1", 2)
    index = county.story.index(granted)
    key = f"key/{derived('key', granted.by, granted.role, 1)}"
    county.admin(key, "key.revoked/1", {"from_index": index, "reason": "stolen"})
    report = verdict_on(county.story)
    named = [finding for finding in report.findings if finding.code.startswith("signatures.")]
    assert {finding.code for finding in named} == {"signatures.revoked"}
    assert index in {finding.place.index for finding in named}


def test_what_a_key_signs_after_its_revocation_is_never_excused(verdict_on, county):
    drafts = county.story.drafts
    draft = county.story.find("incident.verified/1", 3)
    key = f"key/{derived('key', county.worker, 'grid_worker', 1)}"
    at = county.story.index(draft)
    county.admin(key, "key.revoked/1", {"from_index": at, "reason": "stolen"})
    drafts.insert(at, drafts.pop())
    report = verdict_on(county.story)
    assert codes(report) == {"signatures.revoked_before"}
    assert len(report.findings) == 2
