from __future__ import annotations

import subprocess
import sys

import pytest

from tb_timetravel.errors import InvalidData
from tb_timetravel.integrations.moments import check_every, passes

LIBRARIES = ("lightning", "pytorch_lightning", "transformers", "keras", "jax")


@pytest.mark.parametrize("every", ["epoch", "evaluation", 1, 500])
def test_every_epoch_evaluation_or_number_of_steps_is_a_moment(every: object):
    assert check_every(every) == every


@pytest.mark.parametrize("every", ["batch", 0, -1, True, None, 1.5])
def test_what_is_no_moment_is_one_sentence(every: object):
    with pytest.raises(InvalidData, match="expected every as 'epoch', 'evaluation' or a number of training steps"):
        check_every(every)


def test_each_multiple_is_passed_once_however_far_a_step_goes():
    assert [passes(5, before, before + 1) for before in range(3, 6)] == [False, True, False]
    assert passes(5, 3, 12)
    assert not passes(5, 5, 5)
    assert not passes("epoch", 0, 100)


def test_importing_the_package_loads_none_of_the_libraries_that_have_a_callback():
    code = "import sys, tb_timetravel, tb_timetravel.integrations; tb_timetravel.TimeTravel; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(LIBRARIES) & set(loaded)


@pytest.mark.parametrize(
    ("module", "missing", "advice"),
    [
        ("lightning", ("lightning", "pytorch_lightning"), "pip install lightning"),
        ("huggingface", ("transformers",), "pip install transformers accelerate"),
        ("keras", ("keras",), "pip install keras"),
    ],
)
def test_without_its_library_a_callback_says_what_to_install(module: str, missing: tuple[str, ...], advice: str):
    hidden = "".join(f"sys.modules[{name!r}] = None; " for name in missing)
    code = f"import sys; {hidden}import tb_timetravel.integrations.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("tb_timetravel.errors.InvalidData: expected ")
    assert advice in done.stderr
