"""What an account form must ask for: pydantic models with the secret fields marked, and their drawing
data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo


class FormModel(BaseModel):
    """Base of credentials and settings: unknown fields are left out, blanks are cut."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class FormField:
    """One input of the form. `label` maps locale → text."""

    name: str
    label: dict[str, str]
    secret: bool
    required: bool
    default: Any
    choices: tuple[str, ...]
    help: dict[str, str]


def _fitting(_credentials: Mapping[str, Any], _settings: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class AdapterSchema:
    credentials: type[FormModel]
    settings: type[FormModel]
    base_urls: dict[str, str]  # name → the platform's own host

    mismatches: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, str]] = _fitting
    """Given credentials and settings that are each of the right form: wrong field → code."""

    def credential_fields(self) -> list[FormField]:
        return [_form_field(name, info) for name, info in self.credentials.model_fields.items()]

    def setting_fields(self) -> list[FormField]:
        return [_form_field(name, info) for name, info in self.settings.model_fields.items()]


def form_field(zh: str, en: str, default: Any = ..., **constraints: Any) -> Any:
    """A pydantic field with its labels; `choices` and `help_zh`/`help_en` may be among `constraints`."""
    extra: dict[str, Any] = {
        "label": {"zh": zh, "en": en},
        "choices": list(constraints.pop("choices", ())),
        "help": {"zh": constraints.pop("help_zh", ""), "en": constraints.pop("help_en", "")},
    }
    return Field(default, title=en, json_schema_extra=extra, **constraints)


def _form_field(name: str, info: FieldInfo) -> FormField:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    label: Any = extra.get("label", {"zh": name, "en": name})
    choices: Any = extra.get("choices", ())
    help_texts: Any = extra.get("help", {})
    required = info.is_required()
    return FormField(
        name=name,
        label=dict(label),
        secret=info.annotation is SecretStr or SecretStr in getattr(info.annotation, "__args__", ()),
        required=required,
        default=None if required else info.get_default(call_default_factory=False),
        choices=tuple(choices),
        help=dict(help_texts),
    )
