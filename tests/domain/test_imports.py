"""The domain is pure: it needs nothing but itself and a few still parts of the standard library."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import domain
from domain import streams

FOLDER = Path(domain.__file__).parent
STILL = {
    "collections", "dataclasses", "datetime", "functools", "hashlib", "hmac", "itertools", "json", "re", "statistics",
    "struct", "types", "typing", "unicodedata", "uuid",
}  # fmt: skip
STREAMS = sorted(module.__name__ for module in streams.MODULES)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found |= {f"domain.{alias.name}" for alias in node.names} if module == "domain" else {module}
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_imports_only_the_domain_and_still_parts_of_python(path):
    outside = {name for name in imports_of(path) if name.split(".")[0] not in STILL | {"domain"}}
    assert outside == set()


@pytest.mark.parametrize("name", STREAMS)
def test_streams_do_not_import_one_another(name):
    """A stream is a module, or a package whose modules know only one another."""
    own = FOLDER / name.removeprefix("domain.").replace(".", "/")
    for path in own.glob("*.py") if own.is_dir() else [own.with_suffix(".py")]:
        ours = {imported for imported in imports_of(path) if imported.startswith("domain")}
        allowed = {one for one in ours if one.startswith(("domain.kernel.", f"{name}."))} | {"domain.accounts", name}
        assert ours <= allowed, path.name


def test_the_kernel_imports_nothing_of_ours_but_itself():
    for path in (FOLDER / "kernel").glob("*.py"):
        ours = {name for name in imports_of(path) if name.startswith("domain")}
        assert all(name.startswith("domain.kernel.") for name in ours), path.name


@pytest.mark.parametrize("call", ["now", "today", "utcnow", "uuid4", "uuid1"])
def test_no_clock_and_no_randomness(call):
    for path in FOLDER.rglob("*.py"):
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call)
        }
        assert call not in called, path.name


def test_an_auditor_imports_the_rules_without_any_package_of_others():
    """`-I -S` leaves out site-packages: authority, policies and accounts load from the standard library alone."""
    code = (
        f"import sys; sys.path.insert(0, {str(FOLDER.parent)!r}); "
        "import domain.authority, domain.policies, domain.streams, domain.accounts"
    )
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
