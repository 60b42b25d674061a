"""Keyword rules of many monitors, matched together in one Aho-Corasick pass over each batch of posts.

    matcher = KeywordMatcher([MonitorTerms("m1", "宽带 (慢 OR 断网) NOT 招聘", pinyin=True)])
    matcher.match_many(["寬帶又斷網了"])  ->  [{"m1"}]

Posts and terms are folded alike (case, width, 简繁), so one spelling covers its variants. A term of Latin
letters and digits only matches as a whole word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, islice, pairwise

import ahocorasick_rs
import numpy as np

from app.nlp.text.expression import And, Node, Not, Or, Term, parse, terms_of
from app.nlp.text.expression_tokens import problem
from app.nlp.text.normalise import fold_many, joined_fold
from app.nlp.text.sounds import syllables

MonitorId = Hashable

_NEWLINE = 10


@dataclass(frozen=True)
class MonitorTerms:
    """One monitor's rule.

    `expression` is a tree, or text that `expression.parse` makes one of; `exclusions` are words none of
    which may occur; `synonyms` gives further spellings of a term; `pinyin` also matches Chinese terms spelt
    in Latin letters (`kuandai`, `kuan dai`).
    """

    monitor_id: MonitorId
    expression: str | Node
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
    anything. Nothing is compiled: ten thousand words take some hundredths of a second.
    """
    _checked_tree(terms)


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
        tree = _checked_tree(monitor)
        rule = self._compiled(tree, _folded_synonyms(monitor.synonyms), monitor.pinyin)
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


def _checked_tree(monitor: MonitorTerms) -> Node:
    tree = parse(monitor.expression) if isinstance(monitor.expression, str) else monitor.expression
    tree = _with_exclusions(tree, monitor.exclusions)
    shown = monitor.expression if isinstance(monitor.expression, str) else ""
    if not _needs_a_word(tree):
        raise problem("matches_everything", shown, 0)
    if _impossible(tree, (), _Brought(tree)):
        raise problem("contradiction", shown, 0)
    return tree


def _with_exclusions(tree: Node, exclusions: Sequence[str]) -> Node:
    words = [word.strip() for word in fold_many(exclusions)]
    unwanted = tuple(Term(word) for word in words if word)
    return And((tree, Not(Or(unwanted)))) if unwanted else tree


def _folded_synonyms(synonyms: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Both sides folded, in one batch however many there are."""
    terms = [word.strip() for word in fold_many(list(synonyms))]
    spellings = iter(fold_many([word for words in synonyms.values() for word in words]))
    return {
        term: [word.strip() for word in islice(spellings, len(words))]
        for term, words in zip(terms, synonyms.values(), strict=True)
    }


def _needs_a_word(node: Node) -> bool:
    """Whether a text without any watched word is refused by the rule."""
    if isinstance(node, Term):
        return True
    if isinstance(node, Not):
        return False
    return (any if isinstance(node, And) else all)(_needs_a_word(part) for part in node.parts)


class _Brought:
    """Which excluded words each wanted term brings along, found in one pass over all of them.

    A term of Latin letters only brings itself: it matches whole words.
    """

    def __init__(self, tree: Node) -> None:
        excluded = sorted(set(_all_excluded(tree)))
        self._inside: dict[str, frozenset[str]] = {}
        if not excluded:
            return
        wanted = sorted(set(terms_of(tree)))
        found: dict[str, set[str]] = {}
        automaton = ahocorasick_rs.AhoCorasick(excluded)
        starts = [0, *accumulate(len(term) + 1 for term in wanted)]
        for number, begin, end in automaton.find_matches_as_indexes("\n".join(wanted), overlapping=True):
            term = wanted[bisect_right(starts, begin) - 1]
            if not _is_latin(term) or end - begin == len(term):
                found.setdefault(term, set()).add(excluded[number])
        self._inside = {term: frozenset(words) for term, words in found.items()}

    def of(self, term: str) -> frozenset[str]:
        return self._inside.get(term, frozenset())


def _all_excluded(node: Node) -> Iterator[str]:
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Not):
            yield from _excluded(here.part)
            stack.append(here.part)
        elif not isinstance(here, Term):
            stack.extend(here.parts)


def _impossible(node: Node, forbidden: tuple[frozenset[str], ...], brought: _Brought) -> bool:
    """Whether a wanted term always brings an excluded one along (`移动 NOT 移动`, also `移动 NOT 移`)."""
    if isinstance(node, Term):
        inside = brought.of(node.text)
        return bool(inside) and not all(inside.isdisjoint(words) for words in forbidden)
    if isinstance(node, Not):
        return False
    if isinstance(node, Or):
        return all(_impossible(part, forbidden, brought) for part in node.parts)
    here = frozenset().union(*(_excluded(part.part) for part in node.parts if isinstance(part, Not)))
    below = (*forbidden, here) if here else forbidden
    return any(_impossible(part, below, brought) for part in node.parts)


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
    words = [term, *synonyms.get(term, ())]
    words = [word for word in words if word]
    if pinyin:
        words += [spelt for word in words if _is_chinese(word) for spelt in _pinyin(word)]
    return list(dict.fromkeys(words))


def _pinyin(word: str) -> tuple[str, str]:
    """A Chinese word in Latin letters, joined and with blanks: 宽带 -> kuandai, kuan dai."""
    sounds = syllables(word)
    return "".join(sounds), " ".join(sounds)


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
