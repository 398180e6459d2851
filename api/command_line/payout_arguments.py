"""What the steps of `mingzhang payout` need of their arguments."""

import argparse
from typing import Any

from domain.kernel.ids import derived


def needed(arguments: argparse.Namespace, name: str, *, flag: str | None = None) -> Any:
    """The value of an argument that this step needs."""
    value = getattr(arguments, name)
    if value is None:
        flags = {"login": "--as", "batch": "BATCH", "booked_on": "--booked-on", "bank_ref": "--bank-ref"}
        raise argparse.ArgumentTypeError(f"{arguments.step} 缺少参数：{flag or flags.get(name, '--' + name)}")
    return value


def one_reason(arguments: argparse.Namespace) -> str:
    """The reason of a step that takes one; the last one given counts."""
    return str(needed(arguments, "reason")[-1])


def step_key(step: str, *parts: object) -> str:
    """The same step on the same thing on the same day is the same command, so that it may be repeated."""
    return f"payout:{step}:{derived('payout', step, *parts)}"
