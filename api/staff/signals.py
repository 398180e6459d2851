"""What stands out in a line of a batch, in words: the fact behind it beside its name."""

from api.web import words
from domain.kernel.money import yuan
from projections.payout_batches import SignalShown

_LISTED_MAX = 3


def signal_words(signal: SignalShown) -> str:
    """A signal in a few words; people and reports stand by the head of their number, which finds them."""
    facts = [(name, text) for name, text in signal.facts]
    said = dict(facts)
    name = words.SIGNALS[signal.code]
    match signal.code:
        case "account_shared":
            others = [text[:8] for fact, text in facts if fact == "payee"]
            return f"{name}（编号 {'、'.join(others[:_LISTED_MAX])}）"
        case "amount_unusual":
            return f"{name}（本批一般 {yuan(int(said['usual_fen']))} 元）"
        case "attachment_twice":
            return f"{name}（{said['count']} 次，如线索 {said['other'][:8]}）"
        case "pair_rate":
            return f"{name}（{said['together']} 条，该核查人共 {said['of_verifier']} 条）"
        case "approved_too_fast":
            # Lists that were frozen before it was said once of a list name no lines.
            lines = f"，本批 {said['lines']} 行" if "lines" in said else ""
            return f"{name}（一分钟 {said['a_minute']} 条{lines}）"
        case _:
            return name
