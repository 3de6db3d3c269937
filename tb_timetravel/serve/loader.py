"""What TensorBoard imports at its start: an error here would end TensorBoard itself, so everything else waits until ``load``."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tensorboard.plugins import base_plugin

if TYPE_CHECKING:
    import argparse

    from tb_timetravel.serve.plugin import TimeTravelPlugin

PLUGIN_NAME = "timetravel"  # as in schema.py, which needs msgspec: not for TensorBoard's start
_HOST_NAME = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


class TimeTravelLoader(base_plugin.TBLoader):  # type: ignore[misc]  # tensorboard ships no types
    """Makes the plugin and adds its flags to the command line."""

    def define_flags(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--timetravel_…``."""
        group = parser.add_argument_group("timetravel plugin")
        group.add_argument(
            "--timetravel_allow_fit",
            choices=["auto", "true", "false"],
            default="auto",
            help="Whether fits may be started from the Time Travel tab. auto (the default): unless --bind_all or --host makes this "
            "TensorBoard reachable from other machines, as whoever reaches it could then use this one to compute.",
        )
        group.add_argument(
            "--timetravel_allowed_hosts",
            metavar="NAMES",
            default="",
            help="Comma-separated host names, besides localhost, under which the Time Travel tab may start fits: the name of a proxy "
            "in front of this TensorBoard, say.",
        )
        group.add_argument(
            "--timetravel_readonly",
            action="store_true",
            help="Let nobody change anything from the Time Travel tab: no fits, no saved selections.",
        )
        group.add_argument(
            "--timetravel_cache",
            metavar="DIR",
            default="",
            help="Directory or URL below which the Time Travel tab keeps films and selections, instead of beside the runs: for a logdir "
            "that may only be read. Films that lie in the logdir are shown all the same. `timetravel fit --cache DIR` writes there too.",
        )

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Check the flags, and keep every marker of ours instead of TensorBoard's random 10 or 100."""
        for host in filter(None, flags.timetravel_allowed_hosts.split(",")):
            if not _HOST_NAME.fullmatch(host.strip()):
                expected = "host names without scheme, port or path, separated by commas"
                raise base_plugin.FlagsError(f"--timetravel_allowed_hosts: expected {expected}, got {host.strip()!r}")
        if flags.timetravel_readonly and flags.timetravel_allow_fit == "true":
            raise base_plugin.FlagsError(
                "--timetravel_readonly: expected without --timetravel_allow_fit true, as one forbids what the other allows"
            )
        _check_cache(flags.timetravel_cache)
        if isinstance(flags.samples_per_plugin, dict):
            flags.samples_per_plugin.setdefault(PLUGIN_NAME, 0)

    def load(self, context: base_plugin.TBContext) -> TimeTravelPlugin:
        """Make the plugin."""
        from tb_timetravel.serve.plugin import TimeTravelPlugin

        return TimeTravelPlugin(context)


def _check_cache(directory: str) -> None:
    if not directory or "://" in directory:
        return
    path = os.path.abspath(os.path.expanduser(directory))
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise base_plugin.FlagsError(f"--timetravel_cache: expected a directory that can be made, got {path} ({error.strerror})") from error
    if not os.access(path, os.W_OK):
        raise base_plugin.FlagsError(f"--timetravel_cache: expected a directory that can be written, got {path}")
