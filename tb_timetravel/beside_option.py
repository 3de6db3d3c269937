"""Which run ``timetravel fit --beside`` means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.store import ProbeLocation, find_probes
from tb_timetravel.store.places import absolute

if TYPE_CHECKING:
    import argparse


def find_beside(options: argparse.Namespace, fitted: ProbeLocation) -> ProbeLocation | None:
    """Find the probe set beside whose film one is to be laid, under the name that the new film shall call it; None where none is asked for.

    Parameters
    ----------
    options : ``logdir``, ``beside``, ``beside_tag`` and ``beside_name``.
    fitted : the probe set that is fitted.

    Raises
    ------
    InvalidData : a tag is named without a run.
    NotFound : there is no such run, or it has no such tag.
    """
    if options.beside is None:
        if options.beside_tag is not None:
            raise InvalidData("expected --beside-tag with --beside, got it alone; name the run, too")
        return None
    tag = fitted.tag if options.beside_tag is None else options.beside_tag
    for logdir, run in ((absolute(options.logdir), options.beside), (absolute(options.beside), ".")):
        for found in find_probes(logdir):
            if (found.run, found.tag) == (run, tag):
                name = options.beside_name or (options.beside if run != "." else absolute(options.beside).rstrip("/").split("/")[-1])
                return found._replace(run=name)
    raise NotFound(
        f"expected a run {options.beside} with a probe set {tag} to lay the film beside, found none below {absolute(options.logdir)} nor "
        "there; name a run as TensorBoard does, or its directory, and --beside-tag for another probe set"
    )


def is_beside_itself(options: argparse.Namespace, fitted: ProbeLocation) -> bool:
    """Tell whether a probe set is the one beside which others are to be laid."""
    found = find_beside(options, fitted)
    return found is not None and found.directory == fitted.directory
