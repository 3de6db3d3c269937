"""What holds for the tests and for the processes that they start."""

import os
import signal

# Tests run beside one another: threads of OpenMP that wait for a core that another one has make a fit take five times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Whoever runs the tests in the background of a shell hands them an ignored SIGINT, which their children would ignore, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
