"""The Merkle tree over a journal's lines, by which one line is proven without the others.

A leaf is the hash of a line's exact bytes without the newline. Sizes count lines; an index starts at 0.

Authority: RFC 6962, sections 2.1 and 2.1.1.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

HASH_BYTES = 32
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(line: bytes) -> bytes:
    """Hash one line of a journal, without its newline, as a leaf."""
    return hashlib.sha256(_LEAF + line).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Give the root of the tree over these leaves; over none it is the SHA-256 of nothing."""
    if not leaf_hashes:
        return hashlib.sha256().digest()
    *_, top = _levels(leaf_hashes)
    return top[0]


def inclusions(leaf_hashes: Sequence[bytes], indices: Iterable[int]) -> Iterator[list[bytes]]:
    """Give for each of many leaves the hashes that lead from it to the root, lowest first; the tree is made once.

    Raises:
        ValueError: There is no leaf of an index.
    """
    levels = list(_levels(leaf_hashes))
    for index in indices:
        if not 0 <= index < len(leaf_hashes):
            raise ValueError(f"got leaf {index}; allowed: 0 to {len(leaf_hashes) - 1}")
        beside = ((level, (index >> height) ^ 1) for height, level in enumerate(levels))
        yield [level[at] for level, at in beside if at < len(level)]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof leads from this leaf hash to the root of a tree of this size, with nothing left over."""
    if not 0 <= index < size or any(len(one) != HASH_BYTES for one in (leaf, root, *proof)):
        return False
    node, last, rest = leaf, size - 1, iter(proof)
    while last:
        if index & 1 or index < last:
            beside = next(rest, None)
            if beside is None:
                return False
            node = _join(beside, node) if index & 1 else _join(node, beside)
        index >>= 1
        last >>= 1
    return node == root and next(rest, None) is None


class Accumulator:
    """The root of a tree that only grows, in memory that grows with the logarithm of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        node, size = leaf, self.size
        while size & 1:
            node = _join(self._peaks.pop(), node)
            size >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Give the root over everything added so far."""
        if not self._peaks:
            return hashlib.sha256().digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _join(peak, node)
        return node


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _levels(leaf_hashes: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    # A last node without a partner rises unchanged: the same tree as splitting at powers of two.
    level = leaf_hashes
    yield level
    while len(level) > 1:
        above = [_join(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
        yield level
