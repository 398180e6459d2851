"""Ways that are worked out when somebody takes them answer and describe themselves as those that are at once."""

import asyncio
import json
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel

from api.web.alarm import Alarm
from api.web.routes import LateRoute, Routes
from journal.errors import IntegrityError


class Sum(BaseModel):
    """Two numbers added."""

    value: int


def add(one: int, two: Annotated[int, Query(ge=0)] = 1) -> Sum:
    """Add them."""
    return Sum(value=one + two)


def a_program(*routers: Routes) -> FastAPI:
    web = FastAPI()
    web.state.alarm = Alarm()
    for router in routers:
        router.add_to(web)
    return web


def asked(web: FastAPI, method: str, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=web, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def declared(**given: Any) -> Routes:
    router = Routes(prefix="/sums", tags=["sums"], **given)
    router.get("/{one}", operation_id="add", summary="Add")(add)
    router.post("/{one}", status_code=201, include_in_schema=False)(add)
    return router


def test_a_way_is_worked_out_when_it_is_taken_and_once_for_all_programs() -> None:
    router = declared()
    read, write = router.routes
    assert isinstance(read, LateRoute)
    assert isinstance(write, LateRoute)
    web = a_program(router)
    assert not {"dependant", "path_regex"} & (vars(read).keys() | vars(write).keys())
    assert asked(web, "GET", "/sums/2?two=3").json() == {"value": 5}
    assert "dependant" in vars(read)
    assert "dependant" not in vars(write)
    judged = read.dependant
    assert asked(a_program(router), "POST", "/sums/2").status_code == 201
    assert read.dependant is judged


def test_it_refuses_what_the_framework_refuses() -> None:
    web = a_program(declared())
    assert asked(web, "GET", "/sums/two").status_code == 422
    assert asked(web, "GET", "/sums/2?two=-1").status_code == 422
    assert asked(web, "GET", "/sums").status_code == 404
    assert asked(web, "PUT", "/sums/2").status_code == 405
    assert not hasattr(declared().routes[0], "nothing_of_the_kind")


def test_the_document_is_the_one_of_ordinary_routes() -> None:
    late, ordinary = FastAPI(), FastAPI()
    declared().add_to(late)
    router = APIRouter(prefix="/sums", tags=["sums"])
    router.get("/{one}", operation_id="add", summary="Add")(add)
    ordinary.include_router(router, dependencies=[Depends(lambda: None)])
    assert json.dumps(late.openapi()) == json.dumps(ordinary.openapi())


def test_once_the_journal_is_broken_only_what_was_published_is_answered() -> None:
    published = Routes(prefix="/published", though_broken=True)
    published.get("/{one}")(add)
    web = a_program(declared(), published)
    web.state.alarm.set(IntegrityError("a tile was changed"))
    assert asked(web, "GET", "/sums/2").status_code == 500
    assert asked(web, "GET", "/published/2").json() == {"value": 3}
