"""The Merkle tree over a journal's lines: one line proven without the others, and that a journal only grew.

A leaf is the hash of a line's exact bytes without the newline. Sizes count lines; an index starts at 0.

Authority: RFC 6962, sections 2.1.1 and 2.1.2.
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


def inclusion(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Give the hashes that lead from one leaf to the root, lowest first.

    Raises:
        ValueError: There is no leaf of this index.
    """
    if not 0 <= index < len(leaf_hashes):
        raise ValueError(f"got leaf {index}; allowed: 0 to {len(leaf_hashes) - 1}")
    return list(_siblings(leaf_hashes, index, 0))


def inclusions(leaf_hashes: Sequence[bytes], indices: Iterable[int]) -> Iterator[list[bytes]]:
    """Give what `inclusion` gives of each of many leaves, the tree made once."""
    levels = list(_levels(leaf_hashes))
    for index in indices:
        beside = ((level, (index >> height) ^ 1) for height, level in enumerate(levels))
        yield [level[at] for level, at in beside if at < len(level)]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof leads from this leaf hash to the root of a tree of this size, with nothing left over."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    found = _climb(index, size - 1, proof, [leaf])
    return found == [root]


def consistency(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Give the hashes that prove the tree of the first ``old_size`` leaves to be the beginning of this one.

    Raises:
        ValueError: The old size is below 1, or larger than the tree.
    """
    size = len(leaf_hashes)
    if not 1 <= old_size <= size:
        raise ValueError(f"got the old size {old_size}; allowed: 1 to {size}")
    if old_size == size:
        return []
    index, skipped = _start(old_size)
    proof = list(_siblings(leaf_hashes, old_size - 1, skipped))
    return [_node(leaf_hashes, skipped, index), *proof] if index else proof


def is_consistent(
    old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that the tree of the old size and root is the beginning of the new one.

    An old size of 0 proves nothing and is refused.
    """
    if not 1 <= old_size <= size or not _are_hashes(old_root, root, *proof):
        return False
    if old_size == size:
        return not proof and old_root == root
    index, skipped = _start(old_size)
    rest = list(proof)
    if index and not rest:
        return False
    first = rest.pop(0) if index else old_root
    found = _climb(index, (size - 1) >> skipped, rest, [first, first])
    return found == [old_root, root]


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


def _siblings(leaf_hashes: Sequence[bytes], index: int, skipped: int) -> Iterator[bytes]:
    for height, level in enumerate(_levels(leaf_hashes)):
        beside = index ^ 1
        if height >= skipped and beside < len(level):
            yield level[beside]
        index >>= 1


def _node(leaf_hashes: Sequence[bytes], height: int, index: int) -> bytes:
    return root(leaf_hashes[index << height : (index + 1) << height])


def _start(old_size: int) -> tuple[int, int]:
    # Up to where the old tree's last whole subtree is a left child, or the old tree itself.
    index, skipped = old_size - 1, 0
    while index & 1:
        index >>= 1
        skipped += 1
    return index, skipped


def _climb(
    index: int, last: int, proof: Sequence[bytes], nodes: list[bytes]
) -> list[bytes] | None:
    """Join nodes with a proof up to the root; None where the proof is too short or too long.

    A sibling on the right is news to the old tree: it joins only the last of the nodes.
    """
    rest = iter(proof)
    while last:
        if index & 1 or index < last:
            beside = next(rest, None)
            if beside is None:
                return None
            left = [_join(beside, node) for node in nodes]
            nodes = left if index & 1 else [*nodes[:-1], _join(nodes[-1], beside)]
        index >>= 1
        last >>= 1
    return nodes if next(rest, None) is None else None


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
