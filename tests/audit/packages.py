"""Packages to spoil: a fresh copy of a whole one, and a new manifest over whatever became of it."""

import shutil
from pathlib import Path

from audit.folder import PackageFolder
from audit.manifest import MANIFEST, manifest_text


def fresh(whole: Path, folder: Path) -> Path:
    """A copy of the whole package, in place of the one before."""
    package = folder / "package"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(whole, package)
    return package


def list_again(package: Path) -> None:
    """Whoever changes a file also writes a new manifest."""
    folder = PackageFolder(package)
    digests = {path: folder.sha256(path) for path in folder.files if path != MANIFEST}
    (package / MANIFEST).write_bytes(manifest_text(digests))
