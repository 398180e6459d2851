"""A whole package, and a way to verify any changed story as if the server itself had sealed it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from audit.findings import Report
from audit.package import Beside, write_package
from audit.verify import verify_package
from tests.audit.full import full, pages_of
from tests.audit.story import LOG_KEY, POLICY, County, Story, seal

VerdictOn = Callable[..., Report]


@pytest.fixture
def county() -> County:
    """A county of one's own, to change."""
    return County()


@pytest.fixture(scope="session")
def told() -> tuple[bytes, ...]:
    """The entries of the unchanged story."""
    return tuple(County().story.entries())


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, told: tuple[bytes, ...]) -> Path:
    """A whole package; tests that change one copy it first."""
    directory = tmp_path_factory.mktemp("package") / "hengfeng"
    older = [seal(told[:20]), seal(told[:60])]
    beside = Beside(disclosures=pages_of(list(told)))
    write_package(directory, entries=told, checkpoint=seal(told), policy=POLICY, older_checkpoints=older, beside=beside)
    return directory


@pytest.fixture(scope="session")
def full_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with everything that one can carry."""
    directory, made = tmp_path_factory.mktemp("full") / "hengfeng", full()
    older = [seal(made.entries[:20]), seal(made.entries[:60])]
    write_package(
        directory,
        entries=made.entries,
        checkpoint=seal(made.entries),
        policy=POLICY,
        older_checkpoints=older,
        beside=made.beside,
    )
    return directory


@pytest.fixture
def verdict_on(tmp_path: Path) -> VerdictOn:
    """Seal a story (or entries) anew with the right log key, write the package, and verify it."""

    def check(story: Story | Iterable[bytes], **options: Any) -> Report:
        entries = story.entries() if isinstance(story, Story) else list(story)
        directory = tmp_path / f"package-{sum(1 for _ in tmp_path.iterdir())}"
        beside = Beside(disclosures=pages_of(entries))
        write_package(directory, entries=entries, checkpoint=seal(entries), policy=POLICY, beside=beside)
        return verify_package(directory, log_key=str(LOG_KEY.verifier_key), processes=1, **options)

    return check
