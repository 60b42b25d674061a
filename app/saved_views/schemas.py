"""Commands and views of saved views, and of what may be asked about a subject."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.conditions.catalogue import FieldType
from app.conditions.operators import Takes
from app.conditions.tree import Condition
from app.core.inputs import Number, RowId, RowIds
from app.identity.schemas import PersonRef, TeamRef
from app.models import Sharing

ViewName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
SubjectKey = Annotated[str, Field(max_length=40)]
Sort = Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]


class SavedViewQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subject: SubjectKey = "service_request"


class SavedViewView(BaseModel):
    id: int
    subject: str
    name: str
    condition: Condition
    sort: str | None
    sharing: Sharing
    team: TeamRef | None
    owner: PersonRef
    may_edit: bool
    sentence: str
    """The condition read aloud, in the reader's language."""
    faults: dict[str, str]
    """What no longer works, by the leaf's path, in words; a view with any lists and counts nothing."""
    version: int


class SavedViewList(BaseModel):
    items: list[SavedViewView]


class SavedViewCount(BaseModel):
    id: int
    count: int | None
    """How many match now; null for a view that is broken."""


class SavedViewCounts(BaseModel):
    items: list[SavedViewCount]


class SavedViewContent(BaseModel):
    """What a view is; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    name: ViewName
    condition: Condition
    sort: Sort | None = None
    sharing: Sharing = Sharing.PRIVATE
    team_id: RowId | None = None
    """Of a view that is shared with a team."""


class CreateSavedView(SavedViewContent):
    subject: SubjectKey


class EditSavedView(SavedViewContent):
    version: Number


class SavedViewChanged(BaseModel):
    saved_view_id: int
    subject: str


class CheckCondition(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: Condition


class ConditionCheck(BaseModel):
    sentence: str
    faults: dict[str, str]
    count: int | None
    """How many match now; null while something is wrong with it."""


class ConditionReason(BaseModel):
    """A leaf that decided about a row, and what the row has there, both in words."""

    path: str
    sentence: str
    value: str


class ConditionExample(BaseModel):
    id: int
    title: str
    decided: list[ConditionReason]


class ConditionExamples(BaseModel):
    matching: ConditionExample | None
    """One of the newest rows that the condition takes."""
    missing: ConditionExample | None
    """One that a single leaf keeps out, named in `decided`."""


class ReferenceQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    q: Annotated[str, Field(max_length=60)] = ""
    """Words of the name; without any the first by name."""
    ids: RowIds | None = None
    """Those by their ids instead."""


class ReferenceView(BaseModel):
    id: int
    name: str


class ReferenceList(BaseModel):
    items: list[ReferenceView]
    is_all: bool
    """Whether there are no others with these words in their name."""


class ConditionChoiceView(BaseModel):
    value: Any
    label: str


class ConditionOperatorView(BaseModel):
    key: str
    label: str
    takes: Takes


class ConditionFieldView(BaseModel):
    key: str
    label: str
    type: FieldType
    operators: list[ConditionOperatorView]
    choices: list[ConditionChoiceView]
    refers_to: str | None
    """The kind of row whose ids it takes."""
    related: list[ConditionFieldView] = []
    """Of rows that are counted: what may be asked of each of them."""


class SubjectQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of_events: bool = False
    """Also what can only be asked of an event: whether it changed a field, from what and to what."""


class ConditionSubjectView(BaseModel):
    """What the asker may ask about a subject."""

    key: str
    fields: list[ConditionFieldView]
