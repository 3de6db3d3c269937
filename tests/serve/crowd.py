"""Many who ask the same at once, and an ear for how many are answered at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def at_once(ask: Callable[[], Any], n: int = 8) -> list[Any]:
    """Ask so many times, each in a thread of its own; give the answers."""
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(ask())) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@dataclass
class Counted:
    """A function that notes, at each call, how many calls of it are under way, and takes long enough to be met by others."""

    function: Callable[..., Any]
    at_work: list[int] = field(default_factory=list)
    _now: int = 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._now += 1
        self.at_work.append(self._now)
        time.sleep(0.02)
        try:
            return self.function(*arguments, **named)
        finally:
            self._now -= 1
