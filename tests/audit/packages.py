"""Packages to spoil: a fresh copy of a whole one, and a new manifest over whatever became of it."""

import re
import shutil
from pathlib import Path

from audit.explanation import README, seals_digest
from audit.folder import PackageFolder
from audit.manifest import MANIFEST, manifest_text


def fresh(whole: Path, folder: Path) -> Path:
    """A copy of the whole package, in place of the one before."""
    package = folder / "package"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(whole, package)
    return package


def list_again(package: Path, *, readme: bool = False) -> None:
    """Whoever changes a file also writes a new manifest; with `readme`, the page's digest of the checkpoints too."""
    folder = PackageFolder(package)
    if readme:
        seals = {
            path: (package / path).read_bytes()
            for path in folder.files
            if path == "checkpoint" or path.startswith("checkpoints/")
        }
        page = package / README
        page.write_text(re.sub(r"SHA-256 [0-9a-f]{64}", f"SHA-256 {seals_digest(seals)}", page.read_text(), count=1))
    digests = {path: folder.sha256(path) for path in folder.files if path != MANIFEST}
    (package / MANIFEST).write_bytes(manifest_text(digests))
