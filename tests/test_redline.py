"""Redlines: what reads differently is marked word by word, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook.redline import CUT, counts, redline
from tests.letters import LETTERS, letter

OLD = """\
# 1. Return

The licensee shall return every copy of the process within ten days, at its own cost.

1. **Stop.** Cease all use.
2. Return it.
"""


def test_word_that_changed_is_marked_in_its_passage() -> None:
    """What was taken out and what was put in stand side by side, the rest of the passage around them."""
    shown = redline(OLD, OLD.replace("ten days", "five days"))

    assert "every copy of the process within [-ten-] {+five+} days, at its own cost." in shown
    assert str(counts(OLD, OLD.replace("ten days", "five days"))) == (
        "1 word removed and 1 word added in 1 passage"
    )


def test_ideographs_are_compared_one_by_one() -> None:
    """Chinese has no blanks between words, so a change of one character marks that character."""
    shown = redline("贵方应当停止使用。\n", "贵方应当立即停止使用。\n")

    assert shown == "贵方应当{+立即+}停止使用。\n"
    assert counts("贵方应当停止使用。\n", "贵方应当立即停止使用。\n").added == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Co\\., Ltd\\.\n", "Co., Ltd.\n"),
        ("1. a\n2. b\n", "1.  a\n\n2.  b\n"),
        ("- a\n- b\n", "*   a\n*   b\n".replace("*", "-")),
        ("| a | b |\n|---|---|\n| c | d |\n", "|a|b|\n|:-----|--:|\n|  c |d  |\n"),
        ('::: {custom-style="Address"}\none\\\ntwo\n:::\n', "one\\\ntwo\n"),
        ("one paragraph\nin two lines\n", "one paragraph in two lines\n"),
        ("商业\n秘密\n", "商业秘密\n"),
        ("§\\ 1839\n", "§ 1839\n"),
    ],
)
def test_what_reads_the_same_is_no_difference(old: str, new: str) -> None:
    """Escapes, fences, line breaks inside a paragraph and the padding of lists and tables do not count."""
    assert redline(old, new) == ""
    assert not counts(old, new)


def test_long_unchanged_parts_are_cut() -> None:
    """Of what did not change a little stands on both sides of a change, so that nobody reads the whole."""
    filler = "\n\n".join(f"Passage {number} says nothing new." for number in range(50))
    old = f"{filler}\n\nThe end is near.\n\n{filler}\n"
    shown = redline(old, old.replace("near", "far"))

    assert "The end is [-near.-] {+far.+}" in shown or "The end is [-near-]{+far+}." in shown
    assert shown.count(CUT) == 2
    assert len(shown.splitlines()) < 12


def test_added_and_removed_passages_are_marked_whole() -> None:
    """A new paragraph is one insertion, a lost one is one deletion."""
    assert "{+A new demand.+}" in redline(OLD, f"{OLD}\nA new demand.\n")
    assert "[-2. Return it.-]" in redline(OLD, OLD.replace("2. Return it.\n", ""))


def test_text_cannot_look_like_a_mark() -> None:
    """A document that itself says {+x+} cannot pretend that x was put in."""
    shown = redline("a\n\nb {+c+} [-d-]\n", "z\n\nb {+c+} [-d-]\n")

    assert "\\{+c\\+} \\[-d\\-]" in shown


def test_passages_too_long_to_compare_by_words_are_shown_whole() -> None:
    """A hostile length costs no hours: what was there and what is there stand side by side."""
    old = " ".join(f"a{number}" for number in range(3000))
    new = " ".join(f"b{number}" for number in range(3000))
    shown = redline(old, new)

    assert shown == f"[-{old}-]{{+{new}+}}\n"


@pytest.mark.parametrize("kind", LETTERS, ids=lambda kind: ".".join(kind))
def test_letter_does_not_differ_from_itself(kind: tuple[str, str, str]) -> None:
    """Every shipped notice compared with itself gives nothing."""
    text = letter(*kind).markdown.decode()

    assert redline(text, text) == ""


WORDS = st.lists(
    st.sampled_from(["the", "secret", "12", "wheel,", "贵", "方"]), min_size=1, max_size=8
)
TEXTS = st.lists(WORDS.map(" ".join), max_size=6).map(lambda units: "\n\n".join(units) + "\n")
_OUT, _IN = re.compile(r"\[-.*?-\]"), re.compile(r"\{\+.*?\+\}")


@given(TEXTS, TEXTS)
def test_redline_holds_both_texts(old: str, new: str) -> None:
    """Without its insertions a redline says the old words, without its deletions the new, in order."""
    shown = redline(old, new)
    was = re.sub(r"\[-|-\]", "", _IN.sub("", shown)).split()
    now = re.sub(r"\{\+|\+\}", "", _OUT.sub("", shown)).split()

    assert redline(old, new) == shown
    assert bool(shown) == bool(counts(old, new))
    assert _is_within("".join(was).split(CUT), "".join(old.split()))
    assert _is_within("".join(now).split(CUT), "".join(new.split()))


def _is_within(parts: list[str], whole: str) -> bool:
    """Say whether parts stand in a text one after another."""
    at = 0
    for part in parts:
        at = whole.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
