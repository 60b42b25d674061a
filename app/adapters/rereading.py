"""Reading known items again, many in a call where a platform can, and telling "gone" from "not answered"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.adapters.types import InboundPost, Reread
from app.core.errors import PlatformError, PlatformErrorKind

_K = PlatformErrorKind
_ABOUT_THE_ITEM = frozenset({_K.NOT_FOUND, _K.REJECTED, _K.RECIPIENT_REFUSED})
"""Refusals that say something of what was asked for and nothing of the account."""
_NO_SUCH_CALL = _ABOUT_THE_ITEM | {_K.CAPABILITY_MISSING}


@dataclass(frozen=True)
class Calls:
    """How a platform is asked for items of one kind. All take and give ids with their prefix.

    `many` answers at most `batch` ids at once and leaves out what is gone; `one` raises for what is gone.
    `is_gone` says of an error of `one` whether it means that, and not that a gateway knew no such address.
    """

    many: Callable[[Sequence[str]], Iterable[InboundPost]] | None = None
    batch: int = 1
    one: Callable[[str], InboundPost] | None = None
    is_gone: Callable[[PlatformError], bool] = lambda _error: False


@dataclass
class Rereading:
    """What may still be spent, and what has been learnt. Raises PlatformError for what hinders every call."""

    calls: int
    posts: list[InboundPost] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    def read(self, external_ids: Sequence[str], ask: Calls) -> None:
        """Ask for these until the calls run out; what an answer left out is asked for a second time."""
        size = ask.batch if ask.many is not None else 1
        for start in range(0, len(external_ids), size):
            missing = list(external_ids[start : start + size])
            if ask.many is not None:
                missing = self._many(missing, ask)
            if ask.one is not None:
                self._each(missing, ask)
            elif missing:
                self.gone += self._many(missing, ask)

    @property
    def result(self) -> Reread:
        return Reread(tuple(self.posts), tuple(self.gone), tuple(self.unasked))

    def _many(self, asked: list[str], ask: Calls) -> list[str]:
        """Those that the answer left out; none when there was no call left to ask with."""
        if self.calls <= 0 or ask.many is None:
            self.unasked += asked
            return []
        self.calls -= 1
        try:
            # The beginning of a text is no newer version of it: the call for one item has it whole.
            answered = {post.external_id: post for post in ask.many(asked) if not post.is_cut}
        except PlatformError as error:
            # Without a call for single items nothing else could tell "all are gone" from "not allowed".
            harmless = ask.is_gone(error) if ask.one is None else error.kind in _NO_SUCH_CALL
            if not harmless:
                raise
            answered = {}
        self._learn(post for name, post in answered.items() if name in asked)
        return [name for name in asked if name not in answered]

    def _each(self, asked: list[str], ask: Calls) -> None:
        for at, name in enumerate(asked):
            if self.calls <= 0 or ask.one is None:
                self.unasked += asked[at:]
                return
            self.calls -= 1
            try:
                self._learn([ask.one(name)])
            except PlatformError as error:
                if error.kind not in _ABOUT_THE_ITEM:
                    raise
                if ask.is_gone(error):
                    self.gone.append(name)

    def _learn(self, posts: Iterable[InboundPost]) -> None:
        for post in posts:
            if post.deleted:
                self.gone.append(post.external_id)
            elif not post.is_cut:
                self.posts.append(post)


def of_kind(external_ids: Sequence[str], prefix: str) -> list[str]:
    """Those with this prefix, in their order."""
    return [name for name in external_ids if name.startswith(f"{prefix}:")]
