"""Every file of a logdir, damaged in every way that its kind allows: what is raised is an error of ours, what is answered is no 5xx."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serve.served import Served, serve
from tests.untrusted.asking import addresses, ask, read_everything
from tests.untrusted.damage import damaged
from tests.untrusted.logdirs import files_of, make_logdir, nested

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

N_EXAMPLES = int(os.environ.get("TT_FUZZ_EXAMPLES", "40"))  # `make fuzz` takes more
FUZZ = settings(deadline=None, derandomize=True, database=None, max_examples=N_EXAMPLES, suppress_health_check=list(HealthCheck))


class Whole:
    """A logdir, what it holds when nothing is wrong with it, and a TensorBoard over it."""

    def __init__(self, root: Path, out: Path) -> None:
        make_logdir(root)
        self.root, self.out = root, out
        self.contents = {name: (root / name).read_bytes() for name in files_of(root)}
        self.served: Served = serve(root)
        self.addresses = addresses(self.served)

    def look_with(self, name: str, content: bytes) -> None:
        path = self.root / name
        path.write_bytes(content)
        try:
            run = name.split("/", 1)[0]
            ask(self.served, self.addresses, run)
            read_everything(self.root / run, self.out)
        finally:
            path.write_bytes(self.contents[name])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    directory = tmp_path_factory.mktemp("whole")
    return Whole(directory / "runs", directory / "page.html")


def test_nothing_is_wrong_with_the_whole_logdir(whole: Whole):
    assert len(whole.addresses) > 60
    refused = [address for address in whole.addresses[1:] if whole.served.client.get(address).status_code >= 400]
    assert len(refused) < 25, refused  # pages that are not there, films that are not measured


@FUZZ
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_a_damaged_file_is_told_and_nothing_else_happens(whole: Whole, data: st.DataObject, random: Random):
    name = data.draw(st.sampled_from(sorted(whole.contents)))
    content = damaged(name, whole.contents[name], random)
    whole.look_with(name, content)


def test_a_document_nested_too_deep_is_damaged(whole: Whole):
    of_kind = {os.path.basename(name): name for name in whole.contents if name.endswith(".json")}
    for name in of_kind.values():
        whole.look_with(name, nested(100_000))
