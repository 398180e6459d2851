"""The publisher put together: what it publishes, where to, and by which policy."""

from collections.abc import Callable
from pathlib import Path

from api.context import App
from api.settings import BadSetting, Settings
from api.web.witness_words import observed_in_words
from domain.kernel.ids import derived
from domain.log import LogOpened, LogPolicySet
from journal.codec import Codec
from journal.cosigning import Cosigners
from journal.errors import IntegrityError
from journal.object_store import ObjectStore
from journal.publisher import PolicyOf, Publisher
from journal.store import Store
from journal.targets import LocalFolder, Target
from journal.tile_files import TileFiles
from journal.trust import Policy, PolicyError

SignedLast = Callable[[], bytes | None]
"""The checkpoint that was signed last; None before the first."""


def signed_last(app: App) -> SignedLast:
    """How an opened program learns what its signer has signed last."""
    return app.signer.last


def target_of(settings: Settings) -> Target:
    """Where the log is published: a folder, or any place that fsspec knows. Raises BadSetting."""
    if not settings.tiles_url:
        return LocalFolder(settings.home / "log")
    if settings.tiles_url.startswith("file://"):  # through fsspec, a file would be seen while it is being written
        return LocalFolder(Path(settings.tiles_url.removeprefix("file://")))
    try:
        return ObjectStore(settings.tiles_url)
    except (ValueError, ImportError, OSError) as error:
        raise BadSetting(f"MINGZHANG_TILES_URL 不能使用：{error}") from error


def policy_text(store: Store, codec: Codec, *, origin: str, size: int) -> str:
    """The text of the policy in force at a size: the last one set below it, else that of the genesis."""
    stream_id, text = derived("log", origin), None
    for _, index, entry in store.streams([stream_id]).get(stream_id, []):
        event = codec.decode(index, entry).event
        if index < size and isinstance(event, LogOpened | LogPolicySet):
            text = event.policy
    if text is None:
        raise IntegrityError(f"no policy is in force at size {size}: the genesis of {origin} is missing")
    return text


def policy_of(store: Store, codec: Codec, *, origin: str) -> PolicyOf:
    """The policy in force at a size, read anew each time."""

    def at(size: int) -> Policy:
        try:
            return Policy.parse(policy_text(store, codec, origin=origin, size=size).encode())
        except PolicyError as error:
            raise IntegrityError(f"the policy in force at size {size} cannot be read: {error}") from error

    return at


def publisher_of(app: App, *, last: SignedLast, cosigners: Cosigners | None = None) -> Publisher:
    """The publisher of an opened journal. `last`: the checkpoint that was signed last. Raises BadSetting."""
    return Publisher(
        files=TileFiles(target_of(app.settings)),
        source=app.journal.store,
        last=last,
        policy_of=policy_of(app.journal.store, app.journal.codec, origin=app.journal.origin),
        clock=app.journal.now,
        lock=app.settings.home / "publisher.lock",
        cosigners=cosigners,
        in_words=observed_in_words,
    )
