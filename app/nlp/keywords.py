"""Keyword rules of many monitors, matched together in one Aho-Corasick pass over each batch of posts.

    matcher = KeywordMatcher([MonitorTerms("m1", "宽带 (慢 OR 断网) NOT 招聘", pinyin=True)])
    matcher.match_many(["寬帶又斷網了"])  ->  [{"m1"}]

Posts and terms are folded alike (case, width, 简繁), so one spelling covers its variants. A term of Latin
letters and digits only matches as a whole word.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

import ahocorasick_rs
import numpy as np

from app.nlp.expression import And, Node, Not, Or, Term, parse, problem
from app.nlp.normalise import fold, joined_fold

MonitorId = Hashable

_NEWLINE = 10


@dataclass(frozen=True)
class MonitorTerms:
    """One monitor's rule.

    `expression` is parsed by `expression.parse`; `exclusions` are words none of which may occur; `synonyms`
    gives further spellings of a term; `pinyin` also matches Chinese terms spelt in Latin letters
    (`kuandai`, `kuan dai`).
    """

    monitor_id: MonitorId
    expression: str
    exclusions: Sequence[str] = ()
    synonyms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pinyin: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    """A compiled tree. It holds when each set of `each` has a term present, no term of `none` is, every
    rule of `every` holds, none of `unless` does, and, where `any_of` has rules, one of them does.
    """

    each: tuple[frozenset[int], ...] = ()
    none: frozenset[int] = frozenset()
    every: tuple[_Rule, ...] = ()
    unless: tuple[_Rule, ...] = ()
    any_of: tuple[_Rule, ...] = ()

    def holds(self, present: frozenset[int]) -> bool:
        if not self.none.isdisjoint(present):
            return False
        for terms in self.each:
            if terms.isdisjoint(present):
                return False
        return not (self.every or self.unless or self.any_of) or self._holds_below(present)

    def _holds_below(self, present: frozenset[int]) -> bool:
        return (
            all(rule.holds(present) for rule in self.every)
            and not any(rule.holds(present) for rule in self.unless)
            and (not self.any_of or any(rule.holds(present) for rule in self.any_of))
        )

    @property
    def only_terms(self) -> frozenset[int] | None:
        """The terms of a rule that is nothing but "any of these"."""
        plain = len(self.each) == 1 and not (self.none or self.every or self.unless or self.any_of)
        return self.each[0] if plain else None


def check(terms: MonitorTerms) -> None:
    """Raise Invalid (`bad_expression`) for a rule that cannot be read, can never match or matches almost
    anything.
    """
    KeywordMatcher([terms])


class KeywordMatcher:
    """Compiled rules; read-only, so threads may share it. Building 50,000 terms takes some 0.2 s."""

    def __init__(self, monitors: Sequence[MonitorTerms]) -> None:
        """Raises Invalid with the monitor's id in `details["monitor_id"]` when a rule is unusable."""
        self._terms: list[str] = []
        self._number: dict[str, int] = {}
        self._rules: dict[MonitorId, _Rule] = {}
        self._wanting: dict[int, list[MonitorId]] = {}
        for monitor in monitors:
            self._add(monitor)
        self._whole_word = np.array([_is_latin(term) for term in self._terms], dtype=np.bool_)
        self._automaton = (
            ahocorasick_rs.AhoCorasick(
                self._terms, implementation=ahocorasick_rs.Implementation.ContiguousNFA
            )
            if self._terms
            else None
        )

    def match_many(self, texts: Sequence[str]) -> list[set[MonitorId]]:
        """For each text the monitors whose rule holds."""
        known: dict[tuple[int, ...], set[MonitorId]] = {(): set()}
        found = []
        for present in self._present(texts):
            if present not in known:
                known[present] = self._holding(frozenset(present))
            found.append(set(known[present]))
        return found

    def match(self, text: str) -> set[MonitorId]:
        """The monitors whose rule holds for one text."""
        return self.match_many([text])[0]

    def found_terms(self, text: str) -> list[str]:
        """The watched terms (folded) that occur in a text, in the order they were defined."""
        return [self._terms[number] for number in self._present([text])[0]]

    def _add(self, monitor: MonitorTerms) -> None:
        tree = _with_exclusions(parse(monitor.expression), monitor.exclusions)
        _refuse_absurd(tree, monitor.expression)
        spellings = {fold(term).strip(): words for term, words in monitor.synonyms.items()}
        rule = self._compiled(tree, spellings, monitor.pinyin)
        self._rules[monitor.monitor_id] = rule
        for number in _wanted(rule):
            self._wanting.setdefault(number, []).append(monitor.monitor_id)

    def _compiled(self, node: Node, synonyms: Mapping[str, Sequence[str]], pinyin: bool) -> _Rule:
        if isinstance(node, Term):
            return _Rule(each=(frozenset(map(self._numbered, _spellings(node.text, synonyms, pinyin))),))
        parts = (node.part,) if isinstance(node, Not) else node.parts
        rules = [self._compiled(part, synonyms, pinyin) for part in parts]
        if isinstance(node, Not):
            return _none_of(rules)
        return _any_of(rules) if isinstance(node, Or) else _all_of(rules)

    def _numbered(self, term: str) -> int:
        if term not in self._number:
            self._number[term] = len(self._terms)
            self._terms.append(term)
        return self._number[term]

    def _present(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """For each text the numbers of the terms in it, ascending."""
        if self._automaton is None or not texts:
            return [()] * len(texts)
        joined = joined_fold(texts)
        hits = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        count = len(hits)
        flat = np.fromiter(chain.from_iterable(hits), dtype=np.int64, count=3 * count)
        terms, begins, stops = flat.reshape(count, 3).T
        codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
        owners = np.searchsorted(np.flatnonzero(codes == _NEWLINE), begins)
        part_of_word = np.flatnonzero(self._whole_word[terms])
        inside = [at for at in part_of_word.tolist() if not _stands_alone(joined, begins[at], stops[at])]
        pairs = np.unique(np.delete(owners * len(self._terms) + terms, inside))
        owners, terms = np.divmod(pairs, len(self._terms))
        bounds = np.searchsorted(owners, np.arange(len(texts) + 1)).tolist()
        numbers = terms.tolist()
        return [tuple(numbers[begin:stop]) for begin, stop in pairwise(bounds)]

    def _holding(self, present: frozenset[int]) -> set[MonitorId]:
        if not present:
            return set()
        candidates = {monitor for number in present for monitor in self._wanting.get(number, ())}
        return {monitor for monitor in candidates if self._rules[monitor].holds(present)}


def _with_exclusions(tree: Node, exclusions: Iterable[str]) -> Node:
    words = [fold(word).strip() for word in exclusions]
    unwanted = tuple(Not(Term(word)) for word in words if word)
    return And((tree, *unwanted)) if unwanted else tree


def _refuse_absurd(tree: Node, expression: str) -> None:
    if not _needs_a_word(tree):
        raise problem("matches_everything", expression, 0)
    if _impossible(tree, frozenset()):
        raise problem("contradiction", expression, 0)


def _needs_a_word(node: Node) -> bool:
    """Whether a text without any watched word is refused by the rule."""
    if isinstance(node, Term):
        return True
    if isinstance(node, Not):
        return False
    return (any if isinstance(node, And) else all)(_needs_a_word(part) for part in node.parts)


def _impossible(node: Node, forbidden: frozenset[str]) -> bool:
    """Whether a wanted term always brings an excluded one along (`移动 NOT 移动`, also `移动 NOT 移`)."""
    if isinstance(node, Term):
        return _brings(node.text, forbidden)
    if isinstance(node, Not):
        return False
    if isinstance(node, Or):
        return all(_impossible(part, forbidden) for part in node.parts)
    here = forbidden.union(*(_excluded(part.part) for part in node.parts if isinstance(part, Not)))
    return any(_impossible(part, here) for part in node.parts)


def _brings(term: str, forbidden: frozenset[str]) -> bool:
    if _is_latin(term):
        return term in forbidden
    pieces = (term[a:b] for a in range(len(term)) for b in range(a + 1, len(term) + 1))
    return any(piece in forbidden for piece in pieces)


def _excluded(node: Node) -> frozenset[str]:
    """Terms each of which alone makes `NOT node` fail."""
    if isinstance(node, Term):
        return frozenset((node.text,))
    if isinstance(node, Or):
        return frozenset().union(*(_excluded(part) for part in node.parts))
    return frozenset()


def _all_of(rules: list[_Rule]) -> _Rule:
    simple = [rule for rule in rules if not rule.any_of]
    return _Rule(
        each=tuple(terms for rule in simple for terms in rule.each),
        none=frozenset().union(*(rule.none for rule in simple)),
        every=(*(rule for rule in rules if rule.any_of), *(part for rule in simple for part in rule.every)),
        unless=tuple(part for rule in simple for part in rule.unless),
    )


def _any_of(rules: list[_Rule]) -> _Rule:
    plain = [rule.only_terms for rule in rules if rule.only_terms is not None]
    merged = _Rule(each=(frozenset().union(*plain),)) if plain else None
    other = [rule for rule in rules if rule.only_terms is None]
    if merged is not None and not other:
        return merged
    return _Rule(any_of=tuple(other) if merged is None else (merged, *other))


def _none_of(rules: list[_Rule]) -> _Rule:
    terms = [rule.only_terms for rule in rules if rule.only_terms is not None]
    return _Rule(
        none=frozenset().union(*terms), unless=tuple(rule for rule in rules if rule.only_terms is None)
    )


def _wanted(rule: _Rule) -> set[int]:
    """Terms of which at least one is in every text the rule holds for."""
    numbers = set().union(*rule.each)
    for part in (*rule.any_of, *rule.every):
        numbers |= _wanted(part)
    return numbers


def _spellings(term: str, synonyms: Mapping[str, Sequence[str]], pinyin: bool) -> list[str]:
    words = [term, *(fold(word).strip() for word in synonyms.get(term, ()))]
    words = [word for word in words if word]
    if pinyin:
        words += [spelt for word in words if _is_chinese(word) for spelt in _pinyin(word)]
    return list(dict.fromkeys(words))


def _pinyin(word: str) -> tuple[str, str]:
    """A Chinese word in Latin letters, joined and with blanks: 宽带 -> kuandai, kuan dai."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its tables take 50 ms that most processes never need

    syllables = lazy_pinyin(word)
    return "".join(syllables), " ".join(syllables)


def _is_chinese(word: str) -> bool:
    return len(word) > 1 and all("\u4e00" <= c <= "\u9fff" for c in word)


def _is_latin(term: str) -> bool:
    return term.replace(" ", "").isascii() and term.replace(" ", "").isalnum()


def _stands_alone(text: str, begin: int, end: int) -> bool:
    before = text[begin - 1] if begin else " "
    after = text[end] if end < len(text) else " "
    return not (_is_ascii_word(before) or _is_ascii_word(after))


def _is_ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()
