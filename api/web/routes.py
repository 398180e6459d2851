"""The ways to pages and commands. Each is worked out when somebody takes it, not when the program starts.

There are hundreds, and to read a function's parameters and build judges of what is sent takes thousandths of a second
each; a program that serves three of them, as most do in their first minutes, should wait for three.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path
from starlette.types import Scope

from api.web.alarm import Alarm

_WORKING_OUT: Final = threading.RLock()
_OF_THE_ADDRESS: Final = frozenset({"path_regex", "path_format", "param_convertors"})


class LateRoute(APIRoute):
    """A way that knows its address and methods at once, and the rest when it is first asked for it.

    The document of the interface asks for everything; a mistake in a declaration is found there, by the tests at the
    latest.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        # Nothing of APIRoute may be there yet: what is missing is what `__getattr__` makes.
        self._declared = (path, endpoint, declared)
        self._beginning = path.partition("{")[0]
        self.path, self.endpoint = path, endpoint
        self.methods = {method.upper() for method in declared["methods"] or ["GET"]}
        self.include_in_schema = declared["include_in_schema"]

    def __getattr__(self, name: str) -> Any:
        """Called only for what is not there: work the route out, once, and look again."""
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _OF_THE_ADDRESS:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
            return self.__dict__[name]
        with _WORKING_OUT:
            declaration = self.__dict__.pop("_declared", None)
            if declaration is not None:
                path, endpoint, declared = declaration
                super().__init__(path, endpoint, **declared)
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(name) from None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Of hundreds of ways most begin with other words: no pattern need be tried to know that."""
        return super().matches(scope) if scope["path"].startswith(self._beginning) else (Match.NONE, {})


class Routes(APIRouter):
    """What one module adds to the program: `router = Routes(prefix="/staff")`, then `@router.get("/…")` as ever.

    `though_broken`: it is answered even when the journal is known to be broken, as only what was published is.
    """

    def __init__(self, *, dependencies: Sequence[Dependency] = (), though_broken: bool = False, **given: Any) -> None:
        before = () if though_broken else (Depends(_unbroken),)
        super().__init__(route_class=LateRoute, dependencies=[*before, *dependencies], **given)

    def add_to(self, web: FastAPI) -> None:
        """Let `web` answer these too. Every program of this process shares them, and so what was worked out once.

        (`include_router` would work each out again for every program, and look for the right one twice at a request.)
        """
        web.router.routes.extend(self.routes)


async def _unbroken(request: Request) -> None:
    alarm: Alarm = request.app.state.alarm
    await alarm.check()
