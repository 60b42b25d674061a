"""Figures: what is counted, declared once, and asked in one way by screens, lists, exports and mails.

A feature declares its metrics beside its queries (`catalogue`): the rows, how they become a number, the field
that says when, by what they may be split. A question is metrics × splits × condition × period × comparison
(`schemas`, held against all that in `checking`); `counting` asks the database, `answering` puts the answer
together. Each number comes with the condition that lists the rows behind it, and is counted by that
condition. It knows no feature.
"""
