"""Pure rules of answering: personal data that must not be said in public without a thought."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.names import fold_at_signs

# Mainland mobile numbers, resident ids (18 places), bank cards, e-mail addresses; also in Chinese figures.
# Between figures stands what people write or hide them with: blanks, dashes, points, strokes; in a phone
# number, where it has its usual groups or each figure stands alone, whatever is neither letter nor figure.
_GAP = r"[\s.·•_/–—-]{0,3}"
_ANY = r"(?:[^\w\n]|_){1,3}"
_COUNTRY = rf"(?:(?:\+|00)?86{_GAP})?"
_PHONE = re.compile(
    rf"(?<!\d){_COUNTRY}(?:1{_GAP}[3-9](?:{_GAP}\d){{9}}"
    rf"|1[3-9]\d{_ANY}\d{{4}}{_ANY}\d{{4}}|1{_ANY}[3-9](?:{_ANY}\d){{9}})(?!\d)"
)
_RESIDENT_ID = re.compile(
    rf"(?<!\d)[1-9](?:{_GAP}\d){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}\d){{2}}"
    rf"{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
    rf"(?:{_GAP}\d){{3}}{_GAP}[\dXx](?!\d)"
)
_BANK_CARD = re.compile(rf"(?<!\d)[3-6](?:{_GAP}\d){{14,18}}(?!{_GAP}\d)")
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PATTERNS = (("resident_id", _RESIDENT_ID), ("bank_card", _BANK_CARD), ("phone", _PHONE), ("email", _EMAIL))
_READ_AS = str.maketrans(
    "０１２３４５６７８９＠．－　Ｘｘ＋〇零○⓪一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖①②③④⑤⑥⑦⑧⑨",
    "0123456789@.- Xx+0000" + "123456789" + "12" + "123456789" * 2,
)
"""Figures as people read them, each one sign: `幺三八` is 138."""

# Links, and handles with their server (@name@server): public by their nature.
_PUBLIC = re.compile(
    r"(?:https?://|www\.)[!#-;=?-~]+"
    r"|(?<![A-Za-z0-9.-])(?:[A-Za-z0-9-]++\.)++[A-Za-z]{2,}/[!#-;=?-~]*"
    r"|(?<![A-Za-z0-9._%+-])@[A-Za-z0-9_.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    re.IGNORECASE,
)
# What stands before a number that we gave ourselves; as long as a phone number, it is still none.
_OUR_NUMBER = re.compile(
    r"(?:(?:订单|工单|运单|流水)(?:编?号码?|单号)?|(?:单据|快递|物流|受理|投诉|报修|案件|业务|交易|发票|合同|预约|服务)(?:编?号|单号?)"
    r"|单号|编号|序号|工号|(?<![a-z])(?:order|ticket|case|tracking|invoice|reference|ref|no\.?)|#)"
    r"(?:\s?(?:number|no\.?|id))?\s{0,2}(?:是|为|[:：#＃])?\s{0,2}[a-z]{0,4}-?$",
    re.IGNORECASE,
)
_CONTACT_WORD = re.compile(
    r"(?:电话|手机|联系|tel|phone|mobile|call|vx|wx|qq)\W{0,2}[A-Za-z]{0,4}-?$", re.IGNORECASE
)
_LETTERS_BEFORE = re.compile(r"[A-Za-z]{1,6}-?$")
_LOOK_BACK = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of personal data in a text, from character `begin` to `end`."""

    kind: str
    text: str
    begin: int
    end: int

    @property
    def masked(self) -> str:
        """So much of it that who knows it recognises it: 138****5678."""
        if self.kind == "email":
            name, _, server = fold_at_signs(self.text).partition("@")
            return f"{name[:1]}***@{server}"
        kept = (3, 4) if self.kind == "phone" else (3, 2)
        figures = "".join(character for character in self.text.translate(_READ_AS) if character.isalnum())
        national = figures[-11:] if self.kind == "phone" else figures
        hidden = len(national) - sum(kept)
        return national[: kept[0]] + "*" * hidden + national[-kept[1] :]


def personal_data(text: str) -> list[Piece]:
    """Each piece of personal data, in order; kinds are phone, resident_id, bank_card and email.

    Links, handles (`@name@server`) and numbers that are called an order's or a ticket's are none. What stays
    doubtful is named: a person decides.
    """
    plain = _PUBLIC.sub(lambda match: " " * len(match.group()), text.translate(_READ_AS))
    found: list[Piece] = []
    for kind, pattern in _PATTERNS:
        matches = [match for match in pattern.finditer(plain) if _is_meant(kind, plain, match)]
        found += [Piece(kind, text[m.start() : m.end()].strip(), m.start(), m.end()) for m in matches]
        for match in matches:
            plain = plain[: match.start()] + " " * len(match.group()) + plain[match.end() :]
    return sorted(found, key=lambda piece: piece.begin)


def masked(text: str) -> str:
    """The text with every piece of personal data shortened beyond use."""
    parts, done = [], 0
    for piece in personal_data(text):
        parts += [text[done : piece.begin], piece.masked]
        done = piece.end
    return "".join([*parts, text[done:]])


def _is_meant(kind: str, plain: str, match: re.Match[str]) -> bool:
    if kind == "bank_card":
        return _sum_is_right(match.group()) and not _is_our_number(plain, match.start())
    return kind != "phone" or not _is_our_number(plain, match.start())


def _sum_is_right(card: str) -> bool:
    """The last figure of a bank card follows from the others; by chance it does in one number of ten."""
    figures = [int(sign) for sign in card if sign.isdecimal()]
    doubled = [figure * 2 - 9 * (figure > 4) for figure in figures[-2::-2]]
    return (sum(figures[-1::-2]) + sum(doubled)) % 10 == 0


def _is_our_number(plain: str, begin: int) -> bool:
    before = plain[max(0, begin - _LOOK_BACK) : begin]
    if _CONTACT_WORD.search(before):
        return False
    return bool(_OUR_NUMBER.search(before) or _LETTERS_BEFORE.search(before))
