"""Training a model version from what people corrected, as long work."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from app.core.permissions import Permission, system_actor
from app.longwork.kinds import KINDS, Kind


class TrainingArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


TRAINER = system_actor("training", Permission.LISTENER_INGEST)
TRAINING = KINDS.declare(
    Kind(
        "model.training",
        TrainingArguments,
        Permission.MODELS_MANAGE,
        acts_as=TRAINER,
    )
)
