"""What screens ask of a worker: on behalf of whoever looks, with their rights and reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.errors import Unauthenticated
from app.core.jobs import Job
from app.core.permissions import Actor, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.actors import actor_of
from app.jobs.questions import Answer, answer, ask
from app.models import Operator

C = TypeVar("C", bound=BaseModel)
_READER = system_actor("asked")


def ask_worker(ctx: Context, job: Job, command: BaseModel) -> Answer:
    """What a worker answers to the actor's command; `ctx` may be closed, its actor and language count.

    Raises what the work raises, Unavailable(`no_worker_free`) and TimedOut(`answer_takes_too_long`).
    """
    question = {
        "operator_id": ctx.actor.operator_id,
        "locale": ctx.locale,
        "command": command.model_dump(mode="json"),
    }
    return ask(ctx.runtime, job, question)


def answer_asker(
    runtime: Runtime, number: int, command: type[C], work: Callable[[Context, C], BaseModel]
) -> None:
    """In a worker: do the work as the person who asked, and give them what comes of it."""

    def done(question: Answer) -> dict[str, Any]:
        actor = _asker(runtime, question["operator_id"])
        with open_context(runtime, actor, write=False, locale=question["locale"]) as ctx:
            return work(ctx, command.model_validate(question["command"])).model_dump(mode="json")

    answer(runtime, number, done)


def _asker(runtime: Runtime, operator_id: int | None) -> Actor:
    """As they are now: rights that were taken meanwhile are gone."""
    with open_context(runtime, _READER, write=False) as ctx:
        operator = ctx.session.get(Operator, operator_id or 0, options=[selectinload(Operator.teams)])
        if operator is None or not operator.is_active:
            raise Unauthenticated
        return actor_of(ctx.session, operator, ctx.now())
