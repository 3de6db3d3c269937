"""Between Time Travel and other systems' files: what is read of them, and what is written for them; ``formats.md`` says which.

``contents`` is a directory of training dynamics whatever its layout, ``classic`` and ``process`` read the two layouts that there are,
``importing`` writes them as runs, ``extracting`` makes features that are missing. ``evaluation`` gives accuracy and fidelity as JSON and
as scalars, ``projector`` hands samples to the Embedding Projector. ``commands`` are the commands for all of that.
"""
