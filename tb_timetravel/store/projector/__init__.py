"""Logs of TensorBoard's Embedding Projector, read as they are."""

from __future__ import annotations

from tb_timetravel.store.projector.config import CONFIG_NAME, PROJECTOR_PLUGIN, embeddings_of, why_unreadable
from tb_timetravel.store.projector.reader import ProjectorReader

__all__ = ["CONFIG_NAME", "PROJECTOR_PLUGIN", "ProjectorReader", "embeddings_of", "why_unreadable"]
