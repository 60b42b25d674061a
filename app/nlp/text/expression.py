"""The language of keyword rules: `宽带 AND (慢 OR 断网) NOT 招聘`, parsed to a tree or refused with a
position and, where one can be guessed, what to write instead.

Words beside each other mean AND. A quoted phrase may hold blanks and operators. How operators may be written
is in `expression_tokens`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.nlp.text.expression_tokens import Kind, Token, problem, tokens

MAX_CHARS = 400_000
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase in folded form (simplified, lower case, half width)."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Node = Term | Not | And | Or


def parse(expression: str) -> Node:
    """The tree of a rule.

    Raises Invalid with code `bad_expression` and details `problem`, `position` (0-based character), `near`,
    `suggestion`. Problems: empty, too_long, too_many_terms, too_many_operators, too_deep, term_too_long,
    empty_term, unclosed_phrase, unclosed_group, unexpected, dangling_operator, list_mark, ambiguous_not.
    """
    if len(expression) > MAX_CHARS:
        raise problem("too_long", expression, MAX_CHARS)
    return _Parser(expression, tokens(expression)).whole()


def terms_of(node: Node) -> Iterator[str]:
    """Every term of a tree, wanted or excluded."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Term):
            yield here.text
        elif isinstance(here, Not):
            stack.append(here.part)
        else:
            stack.extend(here.parts)


class _Parser:
    """Recursive descent: OR binds weakest, then AND (or nothing), then NOT."""

    def __init__(self, expression: str, tokens: list[Token]) -> None:
        self._expression = expression
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if len(self._tokens) == 1:
            raise problem("empty", self._expression, 0)
        node = self._any_of()
        rest = self._take()
        if rest.kind != "end":
            raise problem("unexpected", self._expression, rest.at)
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _any_of(self) -> Node:
        return self._joined("or", self._all_of, Or)

    def _all_of(self) -> Node:
        parts = [self._single()]
        while self._next.kind in ("and", "word", "not", "open"):
            if self._next.kind == "and":
                self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _joined(self, kind: Kind, read: Callable[[], Node], build: type[Or]) -> Node:
        parts = [read()]
        while self._next.kind == kind:
            self._take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else build(tuple(parts))

    def _single(self) -> Node:
        negations = 0
        while self._next.kind == "not":
            self._take()
            negations += 1
        node = self._atom()
        return Not(node) if negations % 2 else node

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "word":
            return Term(token.text)
        if token.kind == "open":
            return self._group(token)
        name = "dangling_operator" if token.kind in ("end", "or", "and") else "unexpected"
        raise problem(name, self._expression, token.at)

    def _group(self, opening: Token) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise problem("too_deep", self._expression, opening.at)
        node = self._any_of()
        closing = self._take()
        if closing.kind != "close":
            raise problem("unclosed_group", self._expression, opening.at)
        self._depth -= 1
        return node
