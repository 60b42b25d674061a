"""Model versions of this installation: which one judges, learning from labels, promotion and rollback.

Versions and their figures live with their files in DATA_DIR/models (app.nlp.registry). A new version
learns from labels; one text in five is pinned: never learnt from, and a version is only promoted when it does
not fall on those.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from redis.exceptions import LockError
from sqlalchemy import func, select, update

from app.core.context import Context
from app.core.errors import Conflict
from app.core.events import Audience
from app.core.gc_settings import YOUNG_IN_BATCHES, settle_heap
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity import audit
from app.identity.scope import EVERYWHERE, account_audience, scope
from app.listener.learning.corrections import RETRAIN_AFTER
from app.listener.learning.events import (
    MODEL,
    MODEL_PROMOTED,
    MODEL_REFUSED,
    MODEL_ROLLED_BACK,
    MODEL_TRAINED,
)
from app.listener.learning.labels import as_labelled, is_pinned, newest_labels
from app.listener.learning.long_work import TRAINER, TRAINING, TrainingArguments
from app.listener.learning.schemas import LabelTotals, ModelPromoted, ModelsView, ModelVersionView
from app.longwork.kinds import Later, Progress, Steps, Work
from app.longwork.services import begin, is_open
from app.models import Account, TrainingLabel
from app.nlp.registry import ModelRegistry, Version
from app.nlp.serving.classifier import Classifier
from app.nlp.training.corpus import Labelled
from app.nlp.training.decide import adapt

log = structlog.get_logger(__name__)
TRAINING_SECONDS = 300
LEAST_PINNED = 3
"""With fewer pinned labels nothing can be said about a candidate, and it stays one."""
_CLASSIFIER, _STAMP = "classifier", "classifier_stamp"


def registry_of(runtime: Runtime) -> ModelRegistry:
    return ModelRegistry(runtime.settings.data_dir / "models", runtime.clock)


def current_classifier(runtime: Runtime) -> Classifier:
    """The active model of this process; loaded again when another process has promoted one."""
    stamp = _stamp(runtime)
    if runtime.parts.get(_STAMP, stamp) != stamp:
        runtime.parts.pop(_CLASSIFIER, None)
    runtime.parts[_STAMP] = stamp
    return runtime.part(_CLASSIFIER, _loaded)


def _loaded(runtime: Runtime) -> Classifier:
    # Worthless after a stop, like everything in that folder.
    classifier = registry_of(runtime).load(tables=runtime.settings.data_dir / "run" / "tables")
    settle_heap(YOUNG_IN_BATCHES)
    return classifier


def _stamp(runtime: Runtime) -> int:
    path = runtime.settings.data_dir / "models" / "registry.json"
    return path.stat().st_mtime_ns if path.exists() else 0


@contextmanager
def training_lock(runtime: Runtime) -> Iterator[bool]:
    """Whether this process may train now: one at a time changes the registry."""
    lock = runtime.redis.lock(runtime.redis_key("listener", "training"), timeout=TRAINING_SECONDS)
    taken = lock.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            try:
                lock.release()
            except LockError:
                log.warning("training_took_longer_than_its_lock")


def material(ctx: Context) -> tuple[list[Labelled], list[Labelled], list[int]]:
    """What to learn from, what to measure on, and the labels that are taken into account."""
    labels = newest_labels(ctx)
    learnt = [as_labelled(label, text) for label, text in labels if text and not is_pinned(text)]
    pinned = [as_labelled(label, text) for label, text in labels if text and is_pinned(text)]
    return learnt, pinned, [label.id for label, _ in labels]


def train_candidate(runtime: Runtime, learnt: list[Labelled], pinned: list[Labelled]) -> Version:
    """A version that has learnt from the labels, as the gate left it: active or refused.

    It learns on from the shipped weights, not from its predecessor, so that labels are not counted twice.
    """
    shipped = Classifier.load()
    model = adapt(shipped.model, learnt, shipped.segmenter)
    registry = registry_of(runtime)
    try:
        candidate = registry.propose(model, pinned)
    except Conflict:  # the same labels make the same model: it is here already
        name = str(model.manifest["version"])
        return next(version for version in registry.versions() if version.name == name)
    if len(pinned) < LEAST_PINNED:
        log.info("too_few_pinned_labels_to_promote", pinned=len(pinned), needed=LEAST_PINNED)
        return candidate
    return registry.promote(candidate.name, pinned)


def record_training(ctx: Context, version: Version, label_ids: list[int]) -> None:
    """Note which labels the version has learnt from, and tell when it judges from now on."""
    ctx.session.execute(
        update(TrainingLabel)
        .where(TrainingLabel.id <= max(label_ids, default=0), TrainingLabel.model_version.is_(None))
        .values(model_version=version.name),
        execution_options={"synchronize_session": False},
    )
    _record(ctx, version)
    if version.state == "active":
        _tell(ctx, version.name, version.figures)


def training_steps(work: Work[TrainingArguments]) -> Steps:
    """Learn from the labels, note what came of it.

    Killed in between, it begins anew: the same labels make the same model.
    """
    with training_lock(work.runtime) as taken:
        if not taken:
            raise Later
        with open_context(work.runtime, TRAINER, write=False) as ctx:
            learnt, pinned, label_ids = material(ctx)
        if not learnt:
            return None
        version = train_candidate(work.runtime, learnt, pinned)

        def note(ctx: Context) -> Progress:
            record_training(ctx, version, label_ids)
            return Progress({}, done=len(label_ids), total=len(label_ids))

        yield note
    return None


def request_training(ctx: Context) -> None:
    """Train in the background, however few labels wait.

    Raises Conflict when there is nothing to learn, and while a run is under way.
    """
    ctx.require(Permission.MODELS_MANAGE)
    if ctx.session.scalar(select(func.count(TrainingLabel.id))) == 0:
        raise Conflict("nothing_to_learn_from")
    if is_open(ctx, TRAINING):
        raise Conflict("training_running")
    begin(ctx, TRAINING, TrainingArguments())


def promote(ctx: Context, name: str) -> None:
    """Let a version that is not in use judge from now on, if the gate on the pinned labels lets it pass.

    Otherwise it is marked refused, with the figures that fell. Raises NotFound for a name that is no version,
    Conflict for the one in use and while a training run changes the registry.
    """
    ctx.require(Permission.MODELS_MANAGE)
    registry = registry_of(ctx.runtime)
    active = _active(registry)
    if active is not None and active.name == name:
        raise Conflict("model_is_active", version=name)
    _, pinned, _ = material(ctx)
    with training_lock(ctx.runtime) as alone:
        if not alone:
            raise Conflict("training_running")
        version = registry.promote(name, pinned)
    _record(ctx, version)
    if version.state == "active":
        _tell(ctx, version.name, version.figures)


def roll_back(ctx: Context) -> None:
    """Return to the version before; raises NotFound when the shipped model judges already."""
    ctx.require(Permission.MODELS_MANAGE)
    registry = registry_of(ctx.runtime)
    before = _active(registry)
    registry.roll_back()
    now = _active(registry)
    audit.record(
        ctx,
        MODEL_ROLLED_BACK,
        MODEL.about(before.name if before else "shipped"),
        detail={"now_active": now.name if now else "shipped"},
    )
    _tell(ctx, now.name if now else "shipped", now.figures if now else {})


def models_view(ctx: Context) -> ModelsView:
    """Versions, newest first, and how many labels wait for the next."""
    ctx.require(Permission.MODELS_READ)
    registry = registry_of(ctx.runtime)
    active = _active(registry)
    return ModelsView(
        active=active.name if active else "shipped",
        is_shipped_active=active is None,
        is_training=is_open(ctx, TRAINING),
        labels=_totals(ctx),
        items=[_version_view(version) for version in reversed(registry.versions())],
    )


def _totals(ctx: Context) -> LabelTotals:
    waiting = ctx.session.scalar(
        scope(select(func.count(TrainingLabel.id)), ctx.actor, TrainingLabel).where(
            TrainingLabel.model_version.is_(None), TrainingLabel.is_disagreement
        )
    )
    labels = newest_labels(ctx)
    return LabelTotals(
        total=len(labels),
        waiting=waiting or 0,
        needed=RETRAIN_AFTER,
        pinned=sum(is_pinned(text) for _, text in labels),
    )


def _version_view(version: Version) -> ModelVersionView:
    return ModelVersionView(
        name=version.name,
        state=version.state,
        created_at=datetime.fromisoformat(version.created_at),
        figures=version.figures,
        fallen=list(version.fallen),
    )


def _active(registry: ModelRegistry) -> Version | None:
    return next((version for version in registry.versions() if version.state == "active"), None)


def _record(ctx: Context, version: Version) -> None:
    """Keep in what state a version was left."""
    acts = {"active": MODEL_PROMOTED, "refused": MODEL_REFUSED}
    detail = {"figures": version.figures, "fallen": list(version.fallen)}
    audit.record(ctx, acts.get(version.state, MODEL_TRAINED), MODEL.about(version.name), detail=detail)


def _tell(ctx: Context, name: str, figures: dict[str, float]) -> None:
    rooms = frozenset({f"{EVERYWHERE}.{Permission.MODELS_READ}"})
    for account_id in ctx.session.scalars(select(Account.id)):
        rooms |= account_audience(account_id, Permission.MODELS_READ).rooms
    ctx.emit(
        MODEL_PROMOTED, ModelPromoted(name=name, figures=figures), Audience(rooms), about=MODEL.about(name)
    )
