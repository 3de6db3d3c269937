"""The visualizer: from the representations of every step to positions in one plane, and maps there and back.

A method is a short recipe in ``methods`` over shared parts: ``graph`` (which samples attract each other), ``layout`` (where they settle,
and what ties a step to its neighbours in time), ``decoder`` (the way back, fitted to a layout; ``spots``: between the samples),
``placing`` (from a layout to the finished visualizer), ``heads`` (the subject model's last layer). Nothing here opens a file; data comes
through ``Dynamics``, progress goes through a callback, and finished stages through ``Stages``.
"""

from __future__ import annotations

from tb_timetravel.fit.dynamics import Dynamics
from tb_timetravel.fit.methods import METHODS, Method
from tb_timetravel.fit.result import Fitted, Report, Stages

__all__ = ["METHODS", "Dynamics", "Fitted", "Method", "Report", "Stages"]
