"""The table of sounds stands for pypinyin, which no process of ours needs for it."""

from __future__ import annotations

import runpy
import subprocess
import sys

from app.nlp.text.sounds import FIRST, LAST, PHRASES, TABLE, syllable, syllables
from app.ops.layout import ROOT

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "sounds.py"))


def test_every_character_sounds_as_in_pypinyin() -> None:
    sound_of = SCRIPT["sound_of"]
    characters = map(chr, range(FIRST, LAST + 1))
    wrong = [each for each in characters if syllable(each) != (sound_of(ord(each)) or each)]
    assert wrong == []


def test_every_word_of_pypinyin_sounds_as_there() -> None:
    words = SCRIPT["words"]()
    assert len(words) > 40_000
    assert [word for word, sounds in words.items() if syllables(word) != sounds] == []


def test_the_files_are_what_the_script_writes() -> None:
    assert TABLE.read_text("utf-8") == SCRIPT["table"]()
    written = dict(line.split("\t") for line in PHRASES.read_text("utf-8").splitlines())
    assert written == {word: " ".join(sounds) for word, sounds in SCRIPT["phrases"]().items()}


def test_what_is_no_character_of_the_table_stands_for_itself() -> None:
    assert [syllable(c) for c in ("a", "\u33ff", "\ua000", "😀")] == ["a", "\u33ff", "\ua000", "😀"]


def test_neither_searching_nor_rules_load_pypinyin() -> None:
    script = (
        "import sys; from app.search.tokens import index_tokens; index_tokens(['宽带']); "
        "from app.nlp.text.keywords import _pinyin; assert _pinyin('重庆') == ('chongqing', 'chong qing'); "
        "sys.exit('pypinyin' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
