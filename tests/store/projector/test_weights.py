"""Embeddings in weights that Keras 3 saved (``make_weights.py``): read as they are, and no harm whatever a file says."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.errors import Corrupt, NotPlayable
from tb_timetravel.store import FilmStore, find_probes, open_reader, probe_directory
from tb_timetravel.store.files import stamp, write_bytes
from tb_timetravel.store.projector import weights_look
from tb_timetravel.store.projector.weights import find_layer
from tests.store.projector.embeddings import read_all, reader_of
from tests.untrusted.damage import damaged

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHTS = Path(__file__).parent / "weights"
FILE = "train/keras_embedding.ckpt-0.weights.h5"
MATRIX = np.arange(60, dtype=np.float32).reshape(12, 5)


h5py = pytest.importorskip("h5py", reason="h5py is not installed")


@pytest.mark.parametrize(("run", "tags"), [("sequential", 1), ("named", 1), ("several", 2), ("half", 1)])
def test_each_epoch_that_keras_kept_is_a_step_with_the_numbers_that_the_layer_had(run: str, tags: int):
    listed = [probe.tag for probe in find_probes(str(WEIGHTS)) if probe.run == run]
    assert listed == ["embedding", "embedding_1"][:tags]
    for number, tag in enumerate(listed):
        found = read_all(reader_of(WEIGHTS / run, tag))
        expected = {int(path.stem[-1]): np.load(path) for path in (WEIGHTS / run).glob(f"layer-{number}.*.npy")}
        assert set(found) == set(expected)
        for epoch, values in expected.items():
            assert found[epoch].dtype == np.float32
            np.testing.assert_array_equal(found[epoch], values)


def test_a_film_is_fitted_of_them(tmp_path: Path):
    shutil.copytree(WEIGHTS / "sequential", tmp_path / "words")
    assert main(["fit", str(tmp_path / "words"), "--method", "pca", "--device", "cpu"]) == 0
    film = next(film for film in FilmStore(probe_directory(str(tmp_path / "words"), "embedding")).films() if film.method == "pca")
    assert [step.step for step in film.steps] == [0, 1, 2]


def test_weights_in_a_store_are_read_as_on_a_disk():
    pytest.importorskip("fsspec", reason="memory:// is fsspec's")
    for path in (WEIGHTS / "several").rglob("*"):
        if path.is_file() and path.suffix != ".npy":
            write_bytes(f"memory://weights/run/{path.relative_to(WEIGHTS / 'several').as_posix()}", path.read_bytes())
    for tag in ("embedding", "embedding_1"):
        found, expected = (read_all(open_reader(probe_directory(run, tag))) for run in ("memory://weights/run", str(WEIGHTS / "several")))
        np.testing.assert_array_equal(found[0], expected[0])


def variables_of(file: Any) -> Any:
    return file.create_group("layers/embedding/vars", track_order=True)


def to_another_file(file: Any) -> None:
    file["layers"] = h5py.ExternalLink("secret.h5", "/layers")


def to_another_group(file: Any) -> None:
    file.create_group("layers/embedding")["vars"] = h5py.ExternalLink("secret.h5", "/layers/embedding/vars")


def softly(file: Any) -> None:
    file["elsewhere"] = MATRIX
    variables_of(file)["0"] = h5py.SoftLink("/elsewhere")


def by_storage(file: Any) -> None:
    variables_of(file).create_dataset("0", (12, 5), "<f4", external=[("secret", 0, 240)])


def virtually(file: Any) -> None:
    layout = h5py.VirtualLayout((12, 5), "<f4")
    layout[:] = h5py.VirtualSource("secret.h5", "layers/embedding/vars/0", (12, 5))
    variables_of(file).create_virtual_dataset("0", layout)


def in_chunks(file: Any) -> None:
    variables_of(file).create_dataset("0", (2**20, 2**20), "<f4", chunks=(4, 4), compression="gzip")  # 4 TB that take nothing


def of_nothing(file: Any) -> None:
    variables_of(file).create_dataset("0", (2**20, 2**20), "<f4")


def of_whole_numbers(file: Any) -> None:
    variables_of(file)["0"] = MATRIX.astype("i4")


def of_two(file: Any) -> None:
    layer = variables_of(file)
    layer["0"], layer["1"] = MATRIX, MATRIX


def of_no_shape(file: Any) -> None:
    variables_of(file)["0"] = h5py.Empty("<f4")


def of_no_layers(file: Any) -> None:
    file.create_group("optimizer/vars")


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (to_another_file, "found a link, which is not followed"),
        (to_another_group, "found a link, which is not followed"),
        (softly, "found a link, which is not followed"),
        (by_storage, "found numbers that do not lie in one piece of the file"),
        (virtually, "found numbers that do not lie in one piece of the file"),
        (in_chunks, "found numbers that do not lie in one piece of the file"),
        (of_nothing, "found numbers that do not lie in one piece of the file"),
        (of_whole_numbers, "found numbers of type <i4"),
        (of_two, "expected layer 'embedding' in .*, found no layer of one matrix"),
        (of_no_shape, "expected layer 'embedding' in .*, found no layer of one matrix"),
        (of_no_layers, "expected layer 'embedding' in .*, found no layer of one matrix"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_lies_elsewhere_or_is_no_matrix_is_refused(write: Callable[[Any], None], said: str, tmp_path: Path):
    (tmp_path / "secret").write_bytes(MATRIX.tobytes())
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        variables_of(file)["0"] = MATRIX
    run = shutil.copytree(WEIGHTS / "half", tmp_path / "run")
    shutil.copy(tmp_path / "secret.h5", run / "train")
    with h5py.File(run / FILE, "w") as file:
        write(file)
    with pytest.raises(NotPlayable, match=said):
        reader_of(run, "embedding").probe()


def test_of_layers_of_other_names_none_is_guessed(tmp_path: Path):
    run = shutil.copytree(WEIGHTS / "half", tmp_path / "run")
    with h5py.File(run / FILE, "w") as file:
        for name in ("words", "places"):
            file[f"layers/{name}/vars/0"] = MATRIX
    with pytest.raises(NotPlayable, match=r"expected layer 'embedding' in .*, found only 'places', 'words'; write the embeddings as .npy"):
        reader_of(run, "embedding").probe()


def test_a_file_with_something_before_it_and_one_that_is_short_are_refused(tmp_path: Path):
    run = shutil.copytree(WEIGHTS / "half", tmp_path / "run")
    with h5py.File(run / FILE, "w", userblock_size=512) as file:
        variables_of(file)["0"] = MATRIX
    with pytest.raises(NotPlayable, match="do not lie in one piece"):
        reader_of(run, "embedding").probe()
    content = (WEIGHTS / "sequential" / FILE).read_bytes()
    (run / FILE).write_bytes(content[: len(content) // 2])
    with pytest.raises(Corrupt, match=r"is not readable HDF5 \(.*let Keras save it again"):
        reader_of(run, "embedding").probe()
    (run / FILE).unlink()
    os.mkfifo(run / FILE)
    with pytest.raises(NotPlayable, match="found no such file"):
        reader_of(run, "embedding").probe()


def test_a_link_to_weights_outside_is_not_followed(tmp_path: Path):
    run = shutil.copytree(WEIGHTS / "half", tmp_path / "run")
    shutil.move(run / FILE, tmp_path / "outside.h5")
    (run / FILE).symlink_to(tmp_path / "outside.h5")
    with pytest.raises(NotPlayable, match="files elsewhere are not read"):
        reader_of(run, "embedding").probe()


def test_damaged_weights_are_told_and_nothing_else_happens(tmp_path: Path):
    """All in one directory: one process looks into all of them, and goes on behind one at which the library ends."""
    whole = (WEIGHTS / "half" / FILE).read_bytes()
    paths = [tmp_path / f"keras_embedding.ckpt-{seed}.weights.h5" for seed in range(80)]
    for seed, path in enumerate(paths):
        path.write_bytes(damaged(path.name, whole, Random(seed)))
    told = []
    for path in paths:
        known = stamp(str(path)) or (0, "")
        try:
            place = find_layer(str(path), known, "embedding")
        except (Corrupt, NotPlayable) as error:
            told.append(str(error))
        else:
            assert place.offset + 2 * place.shape[0] * place.shape[1] <= known[0]
    assert 10 < len(told) < 80
    assert all(20 < len(words) < 1000 for words in told)


def test_a_file_on_which_the_library_crashes_or_never_ends_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    look = tmp_path / "look.py"  # as the real one, but for what the library does with some files
    real = Path(weights_look.__file__).read_text(encoding="utf-8")
    look.write_text(
        real.replace("    for path in paths:\n", "    for path in paths:\n        os.abort() if '-1.' in path else None\n")
        .replace("_MOST_CPU_S, _MOST_MEMORY = 10,", "_MOST_CPU_S, _MOST_MEMORY = 2,")
        .replace("        sys.stdout.write", "        while '-3.' in path:\n            pass\n        sys.stdout.write")
    )
    monkeypatch.setattr(weights_look, "__file__", str(look))
    paths = [tmp_path / f"keras_embedding.ckpt-{epoch}.weights.h5" for epoch in range(5)]
    for path in paths:
        shutil.copy(WEIGHTS / "sequential" / FILE, path)
    found: list[Any] = []
    for path in paths:
        try:
            found.append(find_layer(str(path), stamp(str(path)) or (0, ""), "embedding").shape)
        except Corrupt as error:
            found.append(str(error).partition("(")[2].partition(",")[0])
    assert found == [(12, 5), "the library of HDF5 ended at it", (12, 5), "the library of HDF5 ended at it", (12, 5)]
