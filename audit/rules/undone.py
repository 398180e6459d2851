"""Whether what somebody did with a stolen key was undone, so that no money and no power rests on it any more.

What must not be broken: only the book at the end of the journal counts, and whatever this module does not know how to
undo stands. A stolen key's acts are named either way.
"""

from audit.book import Book

_GONE = frozenset({"failed", "cancelled", "returned", "reissued", "written_back", "recovered", "claim_recovered"})


def is_undone(type_name: str, identity: str, book: Book) -> bool:
    """Whether an event of this type, in the stream of this UUID, has no effect left at the end of the journal."""
    match type_name.partition(".")[0]:
        case "incident":
            # A report that earned nothing is not undone: a thief may have denied what was true.
            reward = book.reward_of(identity)
            return reward is not None and reward.reversed
        case "reward":
            held = book.rewards.get(identity)
            return held is not None and held.reversed
        case "payment":
            payment = book.payments.get(identity)
            return payment is not None and payment.state in _GONE
        case "payout_batch":
            batch = book.batches.get(identity)
            return batch is not None and batch.state == "rejected"
        case _:
            return False
