"""What can go wrong, as one tree.

TimeTravelError
├── InvalidData      what was handed over to be logged, or asked for, is not usable
├── StoreError       what lies on disk cannot be used
│   ├── NotFound             it is not there
│   ├── UnsupportedVersion   a newer version of this package wrote it
│   ├── Corrupt              it is damaged or was never complete
│   ├── NotPlayable          somebody else's log, of which no film can be made
│   ├── Unreachable          a remote store does not answer, or refuses
│   └── NotWritable          a place that may only be read
└── FitError         a fit cannot start, or cannot go on
    ├── FitRunning           another fit, or reading for insight, of the same data is under way
    └── FitCancelled         somebody asked it to stop

Every message is one sentence that says what was expected, what came, and what to do.
"""

from __future__ import annotations


class TimeTravelError(Exception):
    """Base of everything this package raises on purpose."""


class InvalidData(TimeTravelError, ValueError):
    """What was handed over cannot be used."""


class StoreError(TimeTravelError):
    """What lies on disk cannot be used."""


class NotFound(StoreError):
    """It is not there."""


class UnsupportedVersion(StoreError):
    """A newer version of this package wrote it."""


class Corrupt(StoreError):
    """It is damaged or was never complete."""


class NotPlayable(StoreError):
    """Somebody else's log, of which no film can be made."""


class Unreachable(StoreError):
    """A remote store does not answer, or refuses."""


class NotWritable(StoreError, OSError):
    """A place that may only be read."""


class FitError(TimeTravelError):
    """A fit cannot start, or cannot go on."""


class FitRunning(FitError):
    """Another fit, or reading for insight, of the same data is under way."""


class FitCancelled(FitError):
    """Somebody asked the fit, or the reading for insight, to stop."""
