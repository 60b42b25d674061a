"""The words of notifications, made for whoever reads them of what their subjects are at that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.core.context import Context
from app.core.i18n import translate
from app.core.permissions import Actor
from app.models import Notification
from app.notifications.kinds import KINDS, Words
from app.notifications.schemas import NotificationView, SubjectView

Subject = tuple[str, int]
_LONGEST_WORD = 80


def words_of(ctx: Context, rows: Sequence[Notification]) -> dict[Subject, Words]:
    """What the texts of these rows name, by subject; a few statements for each kind of subject. Subjects
    that are gone are left out. The caller has made sure that the reader sees them."""
    ids: dict[str, set[int]] = defaultdict(set)
    abouts = {}
    for row in rows:
        kind = KINDS.known(row.kind)
        if kind is not None:
            abouts[kind.about.word] = kind.about
            ids[kind.about.word].add(row.subject_id)
    found: dict[Subject, Words] = {}
    for word, about in abouts.items():
        for number, words in about.words(ctx, sorted(ids[word])).items():
            found[word, number] = {name: _short(value) for name, value in words.items()}
    return found


def view_of(row: Notification, words: Words, locale: str) -> NotificationView:
    """A notification whose kind is known, in that language."""
    return NotificationView(
        id=row.id,
        kind=row.kind,
        title=title_of(row, words, locale),
        subject=SubjectView(kind=row.subject_kind, id=row.subject_id),
        path=path_of(row, words),
        count=row.count,
        created_at=row.created_at,
        read_at=row.read_at,
    )


def title_of(row: Notification, words: Words, locale: str) -> str:
    """One line. A detail that is a code of ours is said in words: `<name>.<code>` among the texts."""
    said = {name: _said(name, code, locale) for name, code in row.detail.items() if isinstance(code, str)}
    text = translate(f"notification.{row.kind}.title", locale, **words, **said).strip()
    kind = KINDS.known(row.kind)
    if row.count == 1 or (kind is not None and kind.counts_itself):
        return text
    return translate("notification.folded", locale, text=text, count=row.count)


def _said(name: str, code: str, locale: str) -> str:
    key = f"notification.{name}.{code}"
    text = translate(key, locale)
    return code if text == key else text


def path_of(row: Notification, words: Words) -> str:
    kind = KINDS.known(row.kind)
    return "/" if kind is None else kind.about.path(row.subject_id, words)


def views_of(ctx: Context, rows: Sequence[Notification]) -> list[NotificationView]:
    """In the context's language; what is about something that is gone, or of a kind that is not known, is
    left out."""
    return _views(rows, words_of(ctx, rows), ctx.locale)


def _views(
    rows: Sequence[Notification], words: Mapping[Subject, Words], locale: str
) -> list[NotificationView]:
    return [
        view_of(row, words[row.subject_kind, row.subject_id], locale)
        for row in rows
        if (row.subject_kind, row.subject_id) in words
    ]


def views_of_person(ctx: Context, rows: Sequence[Notification], person: Actor) -> list[NotificationView]:
    """`views_of` for a person who is not the context's; the caller has read the rows through their scope."""
    return _views(rows, words_of(ctx, rows), person.locale)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_WORD else f"{line[: _LONGEST_WORD - 1]}…"
