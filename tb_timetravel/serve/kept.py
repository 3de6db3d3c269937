"""Answers that take long to make, remembered for whoever asks again; what all of them together may take is in ``SECURITY.md``."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

Key = TypeVar("Key", bound="Hashable")
Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The last answers, each made by one request while others wait: two at a time would take twice the memory and no less time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Give the answer of a key, which names all that it depends on."""
        return self.get_all([key], lambda _: [make()])[0]

    def get_all(self, keys: Sequence[Key], make: Callable[[list[Key]], Iterable[Answer]]) -> list[Answer]:
        """Give the answers of some keys; those of keys without one are made together, in order."""
        with self._lock:
            missing = [key for key in dict.fromkeys(keys) if key not in self._answers]
            if missing:
                self._answers.update(zip(missing, make(missing), strict=True))
            for key in keys:
                self._answers.move_to_end(key)
            found = [self._answers[key] for key in keys]
            while self._is_too_much():
                self._answers.popitem(last=False)
            return found

    def _is_too_much(self) -> bool:
        return len(self._answers) > self._most


class KeptBytes(Kept[bytes]):
    """The last answers of bytes, of so many bytes at most; one that is larger alone is made for each who asks."""

    def __init__(self, most: int, most_bytes: int) -> None:
        super().__init__(most)
        self._most_bytes = most_bytes

    def _is_too_much(self) -> bool:
        return super()._is_too_much() or sum(map(len, self._answers.values())) > self._most_bytes
