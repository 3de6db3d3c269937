from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import softmax

from tb_timetravel.cli import main
from tb_timetravel.errors import InvalidData
from tb_timetravel.export import Source, chosen_steps, write_table
from tb_timetravel.store.films import SAMPLE_FIDELITY
from tests.export.films import CLASSES, COLUMNS, N_SAMPLES, RUN, SPLITS, STEPS, TAG

if TYPE_CHECKING:
    from pathlib import Path

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed; pip install 'tb-timetravel[export]' brings it")


@pytest.fixture(scope="module")
def path(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("out") / "film.parquet"
    assert main(["export", str(logdir), str(file)]) == 0
    return file


def test_there_is_a_row_per_sample_and_step_and_a_row_group_per_step(path: Path):
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [N_SAMPLES] * len(STEPS)
    for group, step in enumerate(STEPS):
        rows = file.read_row_group(group).to_pydict()
        assert set(rows["step"]) == {step}
        assert rows["sample"] == list(range(N_SAMPLES))
    assert file.schema_arrow.metadata[b"run"].decode() == RUN
    assert file.schema_arrow.metadata[b"tag"].decode() == TAG


def test_what_is_known_of_samples_stands_in_every_row_and_what_is_not_is_null(path: Path):
    rows = pq.read_table(path).to_pydict()
    for row in (0, N_SAMPLES + 1, 3 * N_SAMPLES + 50):
        sample = row % N_SAMPLES
        assert rows["id"][row] == 7 * sample
        assert rows["split"][row] == SPLITS[sample >= 45]
        assert rows["label"][row] == sample % 3
        assert rows["label_name"][row] == CLASSES[sample % 3]
        assert rows["prediction_name"][row] == CLASSES[rows["prediction"][row]]
    assert rows["label"][9] is None
    assert rows["label_name"][9] is None


def test_columns_stand_in_every_row_under_a_name_that_is_free(path: Path):
    rows = pq.read_table(path).slice(N_SAMPLES, N_SAMPLES).to_pydict()
    assert rows["age"] == [None if i == 5 else i / 4 for i in range(N_SAMPLES)]
    assert rows["column.x"] == COLUMNS["x"]
    assert rows["file"] == COLUMNS["file"]
    assert all(isinstance(x, float) for x in rows["x"])


def test_predictions_and_confidences_are_those_of_the_logged_logits(path: Path, source: Source):
    rows = pq.read_table(path).to_pydict()
    logits = np.concatenate([source.reader.logits(source.probe, step) for step in source.reader.steps()])
    first_is_clear = np.arange(len(logits)) >= N_SAMPLES  # at the first step all logits are equal
    assert np.array_equal(np.array(rows["prediction"])[first_is_clear], logits.argmax(1)[first_is_clear])
    np.testing.assert_allclose(rows["confidence"], softmax(logits, axis=1).max(1), atol=1 / 255)


def test_positions_and_fidelity_are_as_the_film_has_them(path: Path, source: Source):
    table = pq.read_table(path)
    step = source.steps[2].step
    rows = slice(2 * N_SAMPLES, 3 * N_SAMPLES)
    plane = np.column_stack([table["x"].to_numpy(), table["y"].to_numpy()])[rows]
    assert np.array_equal(plane, source.films.embedding(source.film.film, step, N_SAMPLES))
    kept = source.films.sample_fidelity(source.film.film, step, N_SAMPLES)
    for column, name in enumerate(SAMPLE_FIDELITY):
        np.testing.assert_array_equal(table[name].to_numpy()[rows].astype(np.float16), kept[:, column])


def test_steps_are_chosen_by_range_and_stride(source: Source, logdir: Path, tmp_path: Path):
    film = source.film
    assert [step.step for step in chosen_steps(film, every=2)] == [0, 20]
    assert [step.step for step in chosen_steps(film, start=10, end=25)] == [10, 20]
    with pytest.raises(InvalidData, match="expected steps from 31 to 30, found none of 4 from 0 to 30; choose others"):
        chosen_steps(film, start=31)
    assert main(["export", str(logdir), str(tmp_path / "some"), "--format", "parquet", "--every", "3"]) == 0
    assert pq.ParquetFile(tmp_path / "some").num_row_groups == 2


def test_a_file_that_is_interrupted_leaves_the_old_one_and_nothing_else(source: Source, tmp_path: Path):
    out = tmp_path / "film.parquet"
    out.write_text("old")

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(source, str(out), on_step=stop)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_without_pyarrow_a_table_is_one_sentence(logdir: Path, tmp_path: Path):
    code = "import sys; sys.modules['pyarrow'] = None; from tb_timetravel.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "export", str(logdir), str(tmp_path / "film.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "timetravel: expected the package pyarrow for .parquet, found none; "
        "run pip install 'tb-timetravel[export]', or name an .html instead\n"
    )


def test_a_file_of_no_known_ending_is_one_sentence(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", str(logdir), str(tmp_path / "film.csv")]) == 1
    assert "expected a file that ends in .parquet or .html, got" in capsys.readouterr().err


def test_a_method_without_a_film_is_named_with_what_fits_it(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", str(logdir), str(tmp_path / "film.html"), "--method", "joint"]) == 1
    assert "by joint, found pca; run: timetravel fit" in capsys.readouterr().err


def test_a_remote_target_is_one_sentence(source: Source):
    with pytest.raises(InvalidData, match="expected a local file to export to, got s3://bucket/film"):
        write_table(source, "s3://bucket/film.parquet")
