"""Order of things that depend on each other: stable, and clear about rings. Pure."""

import heapq
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


class Ring(ValueError):
    """Things depend on each other in a circle; `members` are those that cannot be ordered."""

    def __init__(self, members: list[str]) -> None:
        super().__init__(f"{', '.join(members)} depend on each other")
        self.members = members


def order(keys: Iterable[K], before: Mapping[K, Iterable[K]]) -> list[K]:
    """Return the keys so that each comes after those it depends on, otherwise as given.

    `before` maps a key to the keys it depends on; keys outside `keys` are ignored. Raises Ring.
    """
    position = {key: number for number, key in enumerate(keys)}
    needs = {key: {other for other in before.get(key, ()) if other in position} for key in position}
    dependants: dict[K, list[K]] = {key: [] for key in position}
    for key, others in needs.items():
        for other in others:
            dependants[other].append(key)
    missing = {key: len(others) for key, others in needs.items()}
    heap = [number for key, number in position.items() if not missing[key]]
    by_number = list(position)
    ordered: list[K] = []
    while heap:
        key = by_number[heapq.heappop(heap)]
        ordered.append(key)
        for other in dependants[key]:
            missing[other] -= 1
            if not missing[other]:
                heapq.heappush(heap, position[other])
    if len(ordered) < len(position):
        raise Ring(sorted(str(key) for key in position if missing[key]))
    return ordered
