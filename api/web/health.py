"""Whether the program is well, for operators and monitoring: database, read models, how far they have come."""

from typing import Any, Final

import psycopg
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from api.invariants import InvariantWatch
from api.web.alarm import Alarm
from api.web.following import Following
from api.web.publishing import Publishing
from projections.runner import Runner

NO_STORE: Final = {"cache-control": "no-store"}


def install(
    web: FastAPI,
    runner: Runner,
    following: Following,
    publishing: Publishing | None,
    *,
    alarm: Alarm,
    invariants: InvariantWatch,
) -> None:
    """Add `GET /healthz`."""

    @web.get("/healthz", include_in_schema=False)
    def healthz() -> JSONResponse:
        """200 if all is well; 503 with what is not."""
        try:
            models = runner.status()
        except psycopg.OperationalError:
            return JSONResponse({"status": "database_away"}, status_code=503, headers=NO_STORE)
        shown: list[dict[str, Any]] = [
            {
                "model": model.model,
                "position": model.position,
                "behind": model.behind,
                "current": model.current,
                "stopped_at": model.stopped_event,
                "error": model.stopped_error,
            }
            for model in models
        ]
        failure = publishing.failure if publishing else None
        current = all(model.current and model.stopped_event is None for model in models)
        broken = invariants.standing.failure
        well = following.running and failure is None and current and alarm.failure is None and broken is None
        content = {
            "status": "ok" if well else "stopped",
            "position": min((model.position for model in models), default=0),
            "integrity": alarm.failure or "ok",
            "invariants": broken or "ok",
            "following": following.failure or "ok",
            "publishing": failure or (f"waits: {publishing.trouble}" if publishing and publishing.trouble else "ok"),
            "models": shown,
        }
        return JSONResponse(content, status_code=200 if well else 503, headers=NO_STORE)
