"""Whether the tab is lit by embeddings alone: looked up behind TensorBoard's back, as it asks often and waits for the answer."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboard.plugins.base_plugin import TBContext

_AGAIN_S = 5.0  # between two looks
_PATIENCE_S = 0.3  # with the first, as the page that opens asks once and does not ask again until somebody reloads it


class EmbeddingWatch:
    """Looks for embeddings in TensorBoard's runs until it finds some; then the tab stays lit."""

    def __init__(self, context: TBContext) -> None:
        self._context = context
        self._found = False
        self._lock = threading.Lock()
        self._looked_at: float | None = None

    def has_found(self) -> bool:
        """Tell what was found so far, and look again in the background after a while; takes microseconds but the first time."""
        if self._found or self._context.data_provider is None:
            return self._found
        with self._lock:
            now, is_first = time.monotonic(), self._looked_at is None
            if self._looked_at is not None and now - self._looked_at < _AGAIN_S:
                return False
            self._looked_at = now
        look = threading.Thread(target=self._look, name="timetravel-embeddings", daemon=True)
        look.start()
        look.join(_PATIENCE_S if is_first else 0.0)
        return self._found

    def _look(self) -> None:
        from tensorboard.context import RequestContext

        from tb_timetravel.errors import Corrupt
        from tb_timetravel.serve.locate import Asker, RunLocator  # numpy and msgspec: not for TensorBoard's start

        try:
            locator, asker = RunLocator(self._context), Asker(RequestContext(), "")
            self._found = any(locator.has_embeddings(asker, run) for run in locator.runs(asker))
        except Corrupt:
            pass  # the tab says what is wrong, once it is lit
        finally:  # what goes wrong, the thread reports, and a later look may find more
            with self._lock:
                self._looked_at = time.monotonic()  # a slow file system is not searched all the time
