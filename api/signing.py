"""The signer of a home: whom to ask for signatures, started where none runs and none is configured."""

from api.settings import Settings
from journal.signer_client import SignerClient
from journal.signer_launch import Launch
from migrations.roles import Access


def signer_of(settings: Settings, access: Access) -> SignerClient:
    """The signer of MINGZHANG_SIGNER; else the one of the home, started as needed. Close it in the end."""
    if settings.signer is not None:
        return SignerClient(settings.signer)
    launch = Launch(
        keys=settings.keys,
        state=settings.signer_state,
        dsn=access.auditor,
        log=settings.home / "logs" / "signer.log",
    )
    return SignerClient(settings.signer_socket, launch=launch)
