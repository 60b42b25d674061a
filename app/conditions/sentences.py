"""A condition read aloud: 「状态是处理中，且等待超过 2 小时」."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.conditions.binding import Names
from app.conditions.catalogue import FieldOf, FieldType, SubjectOf
from app.conditions.operators import Takes, operators_of
from app.conditions.tree import AllOf, Leaf, NotOf, parts
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE

_MINUTE = "%Y-%m-%d %H:%M"
_LONGEST_SAID = 60


def sentence(subject: SubjectOf, tree: Any, names: Names, locale: str) -> str:
    """The whole tree in words. What it refers to and is not among `names` is called gone."""
    return _Reader(subject, names, locale).read(tree, is_part=False)


def field_label(subject: SubjectOf, about: FieldOf, locale: str) -> str:
    return translate(f"condition.field.{subject.key}.{about.key}", locale)


def choice_label(about: FieldOf, choice: Any, locale: str) -> str:
    """The choice itself where there are no words for it: a platform that came by an entry point."""
    key = f"{about.words}.{choice}"
    text = translate(key, locale)
    return str(choice) if text == key else text


def leaf_sentence(subject: SubjectOf, leaf: Leaf, names: Names, locale: str) -> str:
    """One question of a tree in words."""
    return _Reader(subject, names, locale).read(leaf, is_part=False)


def value_said(about: FieldOf, value: Any, names: Names, now: datetime, locale: str) -> str:
    """What an object has in a field, in words; the moment of a duration as how far away it is."""
    if value is None or value in ("", frozenset()):
        return translate("condition.says.nothing", locale)
    if about.type is FieldType.SET:
        return translate("condition.says.between_values", locale).join(
            sorted(_one_said(about, one, names, locale) for one in value)
        )
    said: dict[FieldType, Callable[[], str]] = {
        FieldType.CHOICE: lambda: choice_label(about, value, locale),
        FieldType.REFERENCE: lambda: _one_said(about, value, names, locale),
        FieldType.TRUTH: lambda: translate(f"condition.says.{'yes' if value else 'no'}", locale),
        FieldType.TIME: lambda: value.astimezone(OFFICE_ZONE).strftime(_MINUTE),
        FieldType.DURATION: lambda: _length_said(abs(now - value), locale),
        FieldType.TEXT: lambda: translate("condition.says.quoted", locale, text=str(value)[:_LONGEST_SAID]),
    }
    return said[about.type]() if about.type in said else f"{value:g}"


def _one_said(about: FieldOf, value: Any, names: Names, locale: str) -> str:
    if about.kind is None:
        return choice_label(about, value, locale)
    return names.get(about.kind.key, {}).get(value) or translate("condition.says.gone", locale)


def _length_said(length: timedelta, locale: str) -> str:
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes >= 2 * size:
            return translate(f"condition.length.{unit}", locale, amount=minutes // size)
    return translate("condition.length.minutes", locale, amount=minutes)


class _Reader:
    def __init__(self, subject: SubjectOf, names: Names, locale: str) -> None:
        self.subject = subject
        self.names = names
        self.locale = locale

    def say(self, key: str, **params: Any) -> str:
        return translate(f"condition.{key}", self.locale, **params)

    def read(self, node: Any, *, is_part: bool) -> str:
        if isinstance(node, Leaf):
            return self._leaf(node)
        inner = [part for _, part in parts(node)]
        if isinstance(node, NotOf):
            return self.say("says.not", inner=self.read(inner[0], is_part=False))
        if not inner:
            return self.say("says.everything")
        joint = self.say("says.and" if isinstance(node, AllOf) else "says.or")
        joined = joint.join(self.read(part, is_part=len(inner) > 1) for part in inner)
        return self.say("says.group", inner=joined) if is_part and len(inner) > 1 else joined

    def _leaf(self, leaf: Leaf) -> str:
        about = self.subject.fields.get(leaf.field)
        operator = None if about is None else operators_of(about, of_events=True).get(leaf.op)
        if about is None or operator is None:
            return self.say("says.broken", field=leaf.field)
        label = field_label(self.subject, about, self.locale)
        # In Chinese the word between field and value is the value itself: "yes is yes".
        key = "says.truth" if operator.takes is Takes.TRUTH else f"says.{leaf.op}"
        return self.say(key, field=label, **self._values(about, operator.takes, leaf.value))

    def _values(self, about: FieldOf, takes: Takes, value: Any) -> dict[str, str]:
        try:
            if takes is Takes.TWO_NUMBERS:
                return {"low": str(value[0]), "high": str(value[1])}
            if takes is Takes.RELATED:
                return self._related(about, value)
            return {"value": self._value(about, takes, value)}
        except (KeyError, TypeError, ValueError, IndexError):  # not of its form: such a leaf is broken
            return {"value": "?", "low": "?", "high": "?", "count": "?", "where": "", "within": ""}

    def _related(self, about: FieldOf, value: Any) -> dict[str, str]:
        """How many, since when, and what must hold of each, in brackets."""
        if about.relation is None:
            raise ValueError(about.key)
        subject = replace(self.subject, key=about.relation.key, fields=about.relation.fields)
        reader = _Reader(subject, {}, self.locale)
        asked = [reader.read(Leaf.model_validate(one), is_part=False) for one in value["where"]]
        where = self.say("says.of_which", inner=self.say("says.and").join(asked)) if asked else ""
        within = value["within"]
        length = "" if within is None else self.say(f"length.{within['unit']}", amount=within["amount"])
        span = self.say("says.lately", length=length) if length else ""
        return {"count": str(value["count"]), "where": where, "within": span}

    def _value(self, about: FieldOf, takes: Takes, value: Any) -> str:
        said: dict[Takes, Callable[[], str]] = {
            Takes.SEVERAL: lambda: self.say("says.between_values").join(
                _one_said(about, one, self.names, self.locale) for one in value
            ),
            Takes.ONE: lambda: _one_said(about, value, self.names, self.locale),
            Takes.LENGTH: lambda: self.say(f"length.{value['unit']}", amount=value["amount"]),
            Takes.WORKING_LENGTH: lambda: self.say(f"length.{value['unit']}", amount=value["amount"]),
            Takes.SPAN: lambda: self.say(f"span.{value}"),
            Takes.MOMENT: lambda: datetime.fromisoformat(value).astimezone(OFFICE_ZONE).strftime(_MINUTE),
            Takes.TRUTH: lambda: self.say("says.yes" if value else "says.no"),
            Takes.TEXT: lambda: self.say("says.quoted", text=value),
        }
        return said[takes]() if takes in said else str(value)
