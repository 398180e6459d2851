"""What is asked of the witnesses before a step about the log itself that cannot be taken back."""

from collections.abc import Mapping

from api.context import App
from api.examining import auditor_pool
from api.publishing import policy_of
from domain.streams import event_types
from journal.acquaintance import Acquaintance, seen_by, who_knows
from journal.codec import Codec
from journal.cosigning import Cosigners
from journal.log_keys import keys_in
from journal.store import Store
from journal.trust import Policy
from migrations.roles import Access


def not_known_to_know(app: App, cosigners: Cosigners | None = None) -> list[Acquaintance]:
    """The witnesses of the policy in force that do not know the newest log key, or could not be asked.

    Each that can be reached is shown the newest checkpoint with that key's signature alone. Raises Unavailable,
    IntegrityError as the signer does.
    """
    text, signed = app.log_now().policy, app.signer.last()
    policy, key = Policy.parse(text.encode()), keys_in(text, origin=app.journal.origin)[-1]
    if signed is None:
        return [Acquaintance(one, None, "the newest checkpoint is not signed by it") for one in policy.witnesses]
    nodes = app.journal.store.nodes(int(signed.split(b"\n", 2)[1]))
    found = who_knows(policy, key, signed=signed, nodes=nodes, cosigners=cosigners or Cosigners())
    return [one for one in found if not one.knows]


def seen_of(access: Access, *, origin: str, cosigners: Cosigners | None = None) -> Mapping[str, bytes]:
    """The newest checkpoint that each witness of the policy in force shows. Raises Unavailable, IntegrityError."""
    with auditor_pool(access) as pool:
        store = Store(pool)
        policy = policy_of(store, Codec(event_types()), origin=origin)(store.head()[0])
    return seen_by(policy, origin=origin, cosigners=cosigners or Cosigners())
