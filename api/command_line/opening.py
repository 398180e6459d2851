"""Opening the program for one subcommand, and closing it however the subcommand ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from api.context import App, NotInitialised, keys_of, open_app
from api.settings import Settings, read_settings
from api.web import accounts
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from migrations.embedded import install_stop_on_signals


def begun_settings() -> Settings:
    """The settings of a home in which a journal has begun; nothing is started for any other. Raises NotInitialised."""
    settings = read_settings()
    if not keys_of(settings)["log"].exists():
        raise NotInitialised(str(settings.home))
    return settings


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[App]:
    """The whole program over the journal of the settings; SIGTERM and SIGHUP unwind it like Ctrl-C."""
    install_stop_on_signals()
    with open_app(settings or begun_settings()) as app:
        try:
            yield app
        finally:
            app.runner.close()


def person_behind(app: App, login: str | None) -> UUID:
    """The person who signs in with a login; without one, the founding administrator. Refuses `person.unknown`."""
    if login is None:
        return app.log.founder_id
    account = accounts.find(app.writing, login)
    if account is None:
        raise Refusal("person.unknown")
    return account.person_id


def acting(app: App, login: str | None, *, role: str) -> Actor:
    """Whoever acts, in the role that the step needs; whether he holds it is for the decision to say."""
    return Actor(person_behind(app, login), role)
