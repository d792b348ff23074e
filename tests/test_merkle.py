"""The Merkle tree over journal lines: roots, proofs that hold, and proofs that must not."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook import merkle

STANDARD = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [merkle.leaf_hash(line) for line in STANDARD]


def made(size: int) -> list[bytes]:
    """Make leaves that all differ."""
    return [merkle.leaf_hash(b"line %d" % number) for number in range(size)]


def split_root(leaves: list[bytes]) -> bytes:
    """The definition of the standard, word for word: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    at = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + split_root(leaves[:at]) + split_root(leaves[at:])).digest()


def test_root_matches_the_known_one_of_the_standard_leaves() -> None:
    """The eight leaves that implementations of RFC 6962 share have the root they all give."""
    found = merkle.root(LEAVES).hex()

    assert found == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.root([]).hex() == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("size", range(1, 34))
def test_root_follows_the_definition(size: int) -> None:
    """For every size the root equals the recursive definition, and the accumulator gives the same."""
    leaves = made(size)
    growing = merkle.Accumulator()
    for leaf in leaves:
        growing.add(leaf)

    assert merkle.root(leaves) == split_root(leaves)
    assert (growing.size, growing.root()) == (size, split_root(leaves))


def test_proofs_match_the_example_of_the_standard() -> None:
    """For seven leaves the proofs are the nodes, in the order, that RFC 6962 section 2.1.3 names."""
    a, b, c, d, e, f, j = leaves = made(7)
    g, h, i = merkle.root([a, b]), merkle.root([c, d]), merkle.root([e, f])
    k, last = merkle.root([a, b, c, d]), merkle.root([e, f, j])

    assert merkle.inclusion(leaves, 0) == [b, h, last]
    assert merkle.inclusion(leaves, 3) == [c, g, last]
    assert merkle.inclusion(leaves, 4) == [f, j, k]
    assert merkle.inclusion(leaves, 6) == [i, k]
    assert merkle.consistency(leaves, 3) == [c, d, g, last]
    assert merkle.consistency(leaves, 4) == [last]
    assert merkle.consistency(leaves, 6) == [i, j, k]


def test_every_leaf_and_every_prefix_of_small_trees_is_proven() -> None:
    """Each leaf is included in, and each shorter tree consistent with, every tree of up to 40 leaves."""
    wrong = []
    for size in range(1, 41):
        leaves = made(size)
        top = merkle.root(leaves)
        for index in range(size):
            proof = merkle.inclusion(leaves, index)
            if not merkle.is_included(leaves[index], index, size, proof, top):
                wrong.append((size, index))
            grown = merkle.consistency(leaves, index + 1)
            old = merkle.root(leaves[: index + 1])
            if not merkle.is_consistent(index + 1, size, old, top, grown):
                wrong.append((size, -index))

    assert wrong == []


@given(size=st.integers(2, 300), seed=st.integers(0, 2**32))
def test_inclusion_fails_when_anything_differs(size: int, seed: int) -> None:
    """Another leaf, index, or root, a flipped bit, and a proof too long or too short prove nothing."""
    dice = random.Random(seed)  # noqa: S311 - a test's choice, no secret
    leaves, index = made(size), dice.randrange(size)
    top, proof = merkle.root(leaves), merkle.inclusion(leaves, index)
    other = dice.choice([i for i in range(size) if i != index])
    at, bit = dice.randrange(len(proof)), dice.randrange(256)
    flipped = bytearray(proof[at])
    flipped[bit // 8] ^= 1 << bit % 8
    bent = [*proof[:at], bytes(flipped), *proof[at + 1 :]]

    assert merkle.is_included(leaves[index], index, size, proof, top)
    assert not merkle.is_included(leaves[other], index, size, proof, top)
    assert not merkle.is_included(leaves[index], other, size, proof, top)
    assert not merkle.is_included(leaves[index], index, size, proof, merkle.root(leaves[:-1]))
    assert not merkle.is_included(leaves[index], index, size, bent, top)
    assert not merkle.is_included(leaves[index], index, size, proof[:-1], top)
    assert not merkle.is_included(leaves[index], index, size, [*proof, proof[-1]], top)


@given(size=st.integers(2, 300), seed=st.integers(0, 2**32))
def test_consistency_fails_when_history_was_rewritten(size: int, seed: int) -> None:
    """A tree whose old part differs in one leaf has no consistency with the old root, by its own proof or another."""
    dice = random.Random(seed)  # noqa: S311 - a test's choice, no secret
    leaves, old_size = made(size), dice.randrange(1, size)
    changed = dice.randrange(old_size)
    rewritten = [*leaves[:changed], merkle.leaf_hash(b"other"), *leaves[changed + 1 :]]
    old, top, new = merkle.root(leaves[:old_size]), merkle.root(leaves), merkle.root(rewritten)
    honest, forged = merkle.consistency(leaves, old_size), merkle.consistency(rewritten, old_size)

    assert merkle.is_consistent(old_size, size, old, top, honest)
    assert not merkle.is_consistent(old_size, size, old, new, forged)
    assert not merkle.is_consistent(old_size, size, old, new, honest)
    assert not merkle.is_consistent(old_size, size, old, top, [*honest, old])
    assert not merkle.is_consistent(old_size, size, old, top, honest[:-1])


def test_proofs_of_nothing_are_refused() -> None:
    """An empty tree, an old size of 0 or beyond the new one, and hashes of another length prove nothing."""
    leaves = made(5)
    top = merkle.root(leaves)

    assert not merkle.is_included(leaves[0], 0, 0, [], leaves[0])
    assert not merkle.is_included(leaves[0], -1, 5, merkle.inclusion(leaves, 4), top)
    assert not merkle.is_included(b"", 0, 1, [], b"")
    assert not merkle.is_consistent(0, 5, merkle.root([]), top, [])
    assert not merkle.is_consistent(6, 5, top, top, [])
    assert not merkle.is_consistent(5, 5, top, top, [top])
    assert not merkle.is_consistent(5, 5, b"", b"", [])
    assert not merkle.is_consistent(3, 5, merkle.root(leaves[:3]), top, [])


@pytest.mark.parametrize("index", [-1, 5])
def test_inclusion_is_refused_for_no_leaf(index: int) -> None:
    """A proof is asked only for a leaf that there is."""
    with pytest.raises(ValueError, match=r"got leaf .*allowed: 0 to 4"):
        merkle.inclusion(made(5), index)


@pytest.mark.parametrize("old_size", [0, 6])
def test_consistency_is_refused_for_no_prefix(old_size: int) -> None:
    """A proof of growth is asked only from a size between 1 and the present one."""
    with pytest.raises(ValueError, match=r"allowed: 1 to 5"):
        merkle.consistency(made(5), old_size)
