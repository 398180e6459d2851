"""Opening the program for one subcommand, and whoever acts in it; closing it however the subcommand ends.

An officer's key opens with his secret alone: the command asks for it, or reads it from MINGZHANG_SECRET_FILE.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from api.command_line import asking
from api.commands.keys import live_key
from api.context import App, NotInitialised, keys_of, open_app
from api.custody import keeping
from api.custody.invitations import invited
from api.custody.opening import roles_held
from api.custody.wrapping import WrongSecret
from api.settings import Settings, read_settings
from api.web import accounts, words
from domain.kernel.calendar import day_in_china
from domain.kernel.refusals import Refusal
from journal.codec import Codec
from journal.facts import Actor
from migrations.embedded import install_stop_on_signals


def begun_settings() -> Settings:
    """The settings of a home in which a journal has begun; nothing is started for any other. Raises NotInitialised."""
    settings = read_settings()
    if not keys_of(settings)["log"].exists():
        raise NotInitialised(str(settings.home))
    return settings


@contextmanager
def opened(settings: Settings | None = None, *, codec: Codec | None = None, asks_secret: bool = False) -> Iterator[App]:
    """The whole program over the journal of the settings; SIGTERM and SIGHUP unwind it like Ctrl-C.

    `asks_secret`: somebody's secret will be needed; where none can be had, nothing is started. Raises NotGiven.
    """
    install_stop_on_signals()
    settings = settings or begun_settings()
    if asks_secret:
        asking.require_askable(settings.secret_file)
    with open_app(settings, codec=codec) as app:
        try:
            yield app
        finally:
            app.runner.close()


def person_behind(app: App, login: str | None) -> UUID:
    """Whoever signs in with a login; without one, the founding administrator. Refuses `session.login_unknown`."""
    if login is None:
        return app.log.founder_id
    account = accounts.find(app.writing, login)
    person_id = account.person_id if account is not None else invited(app.writing, login)
    if person_id is None:
        raise Refusal("session.login_unknown", login=login)
    return person_id


def acting(app: App, login: str | None, *, role: str) -> Actor:
    """Whoever acts, in the role that the step needs, with his key; whether he holds the role the decision says.

    Refuses `session.login_unknown`, `session.founder_gone`, `session.other_roles`, `authority.role_not_held`,
    `key.invitation_open`, `key.not_registered`, `session.wrong_password`, `key.not_at_hand`. Raises NotGiven.
    """
    person_id = person_behind(app, login)
    live = live_key(app, person_id=person_id, role=role)
    if live is None:
        if login is None and role == "administrator":
            raise Refusal("session.founder_gone")
        held = roles_held(app, person_id)
        if role not in held and held:
            raise Refusal("session.other_roles", role=role, roles="、".join(sorted(held)))
        if role not in held:
            raise Refusal("authority.role_not_held", role=role, on=day_in_china(app.journal.now()))
        if login is not None and accounts.find(app.writing, login) is None:
            raise Refusal("key.invitation_open", login=login)
        raise Refusal("key.not_registered", person_id=person_id, role=role)
    if live.custody == "server":
        return Actor(person_id, role)
    secret = asking.secret(
        app.settings.secret_file, question=f"{login or '首任管理员'}（{words.ROLES[role]}）的登录密码"
    )
    try:
        opened = keeping.open_keys(app.writing, person_id=person_id, secret=secret)
    except WrongSecret:
        raise Refusal("session.wrong_password") from None
    signer = opened.signers.get(role)
    if signer is None or str(signer.verifier_key) != live.key:
        raise Refusal("key.not_at_hand", person_id=person_id, role=role)
    return Actor(person_id, role, signer)
