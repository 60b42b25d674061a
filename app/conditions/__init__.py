"""Conditions: one language for "when" and "which", of views, lists, rules and samples.

A condition is a tree of `all / any / not` over leaves `{field, op, value}` (`tree`). What may stand in a leaf
is the catalogue that a feature declares beside its queries (`catalogue`, `operators`). `binding` holds a tree
against the catalogue and the person who asks, and gives it in two forms that always agree: SQL for lists, a
predicate for objects at hand. `sentences` reads it aloud. It knows no feature.
"""
