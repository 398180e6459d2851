"""The house stands as it is drawn: who may import whom, what an auditor must install, and that our names are ours."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("domain", "journal", "projections", "audit", "api", "migrations")
FORMATS = ("checkpoint", "line", "merkle", "note", "proof", "tiles", "trust")
AUDITORS_MODULES = ("audit", *(f"journal.{name}" for name in FORMATS))

WITHOUT_THE_SERVER = """
import importlib, pkgutil, sys

class Absent:
    '''Only what `pip install mingzhang` brings is there.'''
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("not installed for an auditor: " + name, name=name)
        return None

sys.meta_path.insert(0, Absent())
for name in {names!r}:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), name + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
print(sorted(name.partition(".")[0] for name in sys.modules if name.partition(".")[0] in {blocked!r}))
"""


def test_imports_point_one_way() -> None:
    """The contracts stand in pyproject.toml, [tool.importlinter]; their linter would set logging up anew here."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nobody_else_claims_our_names() -> None:
    """Import names are folder names; another distribution with one of them would shadow ours, or be shadowed."""
    claimed = {
        name: {owner.lower() for owner in owners} - {"mingzhang"}
        for name, owners in metadata.packages_distributions().items()
        if name in OURS
    }
    assert {name: owners for name, owners in claimed.items() if owners} == {}


def test_an_auditor_needs_the_base_dependencies_and_nothing_more() -> None:
    """Everything that the offline verifier imports comes with `pip install mingzhang`, without [server]."""
    blocked = sorted(server_only_modules())
    assert {"pydantic", "psycopg", "fastapi", "eventsourcing"} <= set(blocked)
    program = WITHOUT_THE_SERVER.format(blocked=blocked, names=AUDITORS_MODULES)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def server_only_modules() -> set[str]:
    """The import names of every installed distribution that no base dependency needs."""
    base = {"mingzhang"}
    for requirement in metadata.requires("mingzhang") or []:
        if "extra ==" not in requirement:
            base |= needed(name_in(requirement))
    return {
        module
        for module, owners in metadata.packages_distributions().items()
        if not base & {owner.lower().replace("_", "-") for owner in owners} and module not in OURS
    } - {"_distutils_hack", "__pycache__"}


def needed(distribution: str) -> set[str]:
    """A distribution and all that it requires, itself and through others."""
    found = {distribution}
    for requirement in metadata.requires(distribution) or []:
        if "extra ==" not in requirement and name_in(requirement) not in found and installed(name_in(requirement)):
            found |= needed(name_in(requirement))
    return found


def installed(distribution: str) -> bool:
    try:
        return bool(metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return False


def name_in(requirement: str) -> str:
    """`cryptography>=44; extra == "x"` -> `cryptography`."""
    name = requirement
    for mark in " ;[(<>=!~":
        name = name.partition(mark)[0]
    return name.lower().replace("_", "-")
