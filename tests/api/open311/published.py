"""What Open311 publishes about itself, read in place: schemas of its answers and a description of its requests."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "open311"


def swagger() -> Any:
    """The description of the interface; the test is skipped where it is not there."""
    return _read("swagger.json")


def fits(name: str, answer: Any) -> None:
    """Raises unless the answer has the shape that Open311 publishes under that name, formats included."""
    # The lists name the schema of their items by a file beside them.
    validator = jsonschema_rs.validator_for(
        _read(f"{name}.json"),
        validate_formats=True,
        base_uri="https://open311.example/",
        retriever=lambda uri: _read(uri.rpartition("/")[2]),
    )
    validator.validate(answer)


def _read(name: str) -> Any:
    path = FOLDER / f"schema_{name}"
    if not path.exists():
        pytest.skip(f"what Open311 publishes is not there: {path}")
    return json.loads(path.read_text("utf-8"))
