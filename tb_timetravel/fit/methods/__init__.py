"""The methods: each a short recipe over the parts of ``fit``, each with its settings; ``schema.METHODS`` names them for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tb_timetravel.fit.methods.deepdebugger import DeepDebuggerConfig, fit_deepdebugger
from tb_timetravel.fit.methods.dvi import DviConfig, fit_dvi
from tb_timetravel.fit.methods.joint import JointConfig, fit_joint
from tb_timetravel.fit.methods.pca import PcaConfig, fit_pca
from tb_timetravel.fit.methods.timevis import TimeVisConfig, fit_timevis
from tb_timetravel.fit.methods.trustvis import TrustVisConfig, fit_trustvis
from tb_timetravel.fit.methods.umap import UmapConfig, fit_umap

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit.result import Fitted


@dataclass(frozen=True, kw_only=True)
class Method:
    """A recipe and its settings.

    Attributes
    ----------
    config : a frozen dataclass of settings with a default each, among them ``seed``.
    fit : called as ``fit(dynamics, config, report=..., stages=...)``.
    """

    config: type[Any]
    fit: Callable[..., Fitted]


METHODS = {
    "joint": Method(config=JointConfig, fit=fit_joint),
    "pca": Method(config=PcaConfig, fit=fit_pca),
    "dvi": Method(config=DviConfig, fit=fit_dvi),
    "timevis": Method(config=TimeVisConfig, fit=fit_timevis),
    "deepdebugger": Method(config=DeepDebuggerConfig, fit=fit_deepdebugger),
    "trustvis": Method(config=TrustVisConfig, fit=fit_trustvis),
    "umap": Method(config=UmapConfig, fit=fit_umap),
}

__all__ = ["METHODS", "Method"]
