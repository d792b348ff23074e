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


def inclusion(leaves: list[bytes], index: int) -> list[bytes]:
    """Give the proof of one leaf."""
    return next(merkle.inclusions(leaves, [index]))


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

    assert inclusion(leaves, 0) == [b, h, last]
    assert inclusion(leaves, 3) == [c, g, last]
    assert inclusion(leaves, 4) == [f, j, k]
    assert inclusion(leaves, 6) == [i, k]


def test_every_leaf_of_small_trees_is_proven() -> None:
    """Each leaf is included in every tree of up to 40 leaves; one tree serves them all."""
    wrong = []
    for size in range(1, 41):
        leaves = made(size)
        top = merkle.root(leaves)
        for index, proof in enumerate(merkle.inclusions(leaves, range(size))):
            if not merkle.is_included(leaves[index], index, size, proof, top):
                wrong.append((size, index))

    assert wrong == []


@given(size=st.integers(2, 300), seed=st.integers(0, 2**32))
def test_inclusion_fails_when_anything_differs(size: int, seed: int) -> None:
    """Another leaf, index, or root, a flipped bit, and a proof too long or too short prove nothing."""
    dice = random.Random(seed)  # noqa: S311 - a test's choice, no secret
    leaves, index = made(size), dice.randrange(size)
    top, proof = merkle.root(leaves), inclusion(leaves, index)
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


def test_proofs_of_nothing_are_refused() -> None:
    """An empty tree, an index outside of it, and hashes of another length prove nothing."""
    leaves = made(5)
    top = merkle.root(leaves)

    assert not merkle.is_included(leaves[0], 0, 0, [], leaves[0])
    assert not merkle.is_included(leaves[0], -1, 5, inclusion(leaves, 4), top)
    assert not merkle.is_included(b"", 0, 1, [], b"")


@pytest.mark.parametrize("index", [-1, 5])
def test_inclusion_is_refused_for_no_leaf(index: int) -> None:
    """A proof is asked only for a leaf that there is."""
    with pytest.raises(ValueError, match=r"got leaf .*allowed: 0 to 4"):
        inclusion(made(5), index)
