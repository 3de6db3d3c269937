"""How the selection is related to the rest: its trails, and the neighbours of the sample in focus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.store import DynamicsReader, probe_directory
from tests.browser.runs import RUN, STEPS, short_names
from tests.browser.selecting import press, rows, select_by
from tests.browser.tab import find_tab

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Route

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

FIRST, LAST = STEPS[0], STEPS[-1]


INK_OF_OVERLAY = """(() => {
  const c = document.querySelector('.overlay canvas');
  return c.hidden ? 0 : c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v > 0).length;
})()"""


def test_trails_are_drawn_over_both_renderers(film: Tab):
    select_by(film, "label:3")
    film.button("Last step").click()
    film.wait(f"s.step === {LAST}")
    film.page.mouse.move(0, 0)
    assert film.frame.evaluate(INK_OF_OVERLAY) == 0
    press(film, "r")
    film.picture()
    inked = film.frame.evaluate(INK_OF_OVERLAY)
    assert inked > 500
    film.frame.get_by_label("Length of trails").select_option("3")
    film.picture()
    assert film.frame.evaluate(INK_OF_OVERLAY) <= inked
    press(film, "Home")
    film.wait(f"s.step === {FIRST}")
    film.picture()
    assert film.frame.evaluate(INK_OF_OVERLAY) == 0  # nothing came before the first step


def test_trails_of_a_link_grow_when_the_steps_before_arrive(cpu_film: Tab):
    film = cpu_film
    select_by(film, "label:3")
    film.button("Last step").click()
    rows(film).first.click()
    press(film, "r")
    film.page.wait_for_function("['trails=', 'focus=', 'camera='].every((key) => location.hash.includes(key))")
    press(film, "f")  # the row flew to its sample
    film.page.wait_for_function(f"location.hash.includes('step={LAST}') && !location.hash.includes('camera=')")
    film.picture()
    whole = film.frame.evaluate(INK_OF_OVERLAY)
    held: list[Route] = []
    film.page.route(re.compile(rf"/frame\?.*step={FIRST}&"), lambda route: held.append(route))
    film.page.reload()
    film = find_tab(film.page)
    film.wait(f"s.selected > 1 && s.loadedFrames === {len(STEPS) - 1}")
    film.picture()
    assert 0 < film.frame.evaluate(INK_OF_OVERLAY) < whole
    held[-1].continue_()
    film.wait(f"s.loadedFrames === {len(STEPS)}")
    film.picture()
    assert film.frame.evaluate(INK_OF_OVERLAY) == whole
    card, stage = film.frame.get_by_role("tooltip").bounding_box(), film.canvas.bounding_box()
    assert card is not None
    assert stage is not None
    assert card["y"] + card["height"] < stage["y"] + stage["height"]  # all of it, though its parts came one by one


def test_neighbors_in_the_representation_are_the_true_ones(cpu_film: Tab, fitted: Path):
    film = cpu_film
    select_by(film, "id:0..9")
    press(film, "n")
    press(film, "n")
    press(film, "n")
    rows(film).nth(4).click()
    own = int(rows(film).nth(4).locator("[role=gridcell]").first.inner_text())
    named = film.frame.locator(".neighbors dd").first.get_by_role("button")
    reader = DynamicsReader(probe_directory(str(fitted / RUN), "probe"))
    probe = reader.probe()
    ids, names = reader.ids(probe), short_names(reader)
    assert {name.split()[0] for name in names} > {"train", "test"}  # of ids that both have; of others there is the id alone
    for step in (FIRST, LAST):
        press(film, "Home" if step == FIRST else "End")
        film.wait(f"s.step === {step}")
        expect(film.frame.locator(".neighbors")).to_contain_text(f"of 10 are shared at step {step}")
        logged = next(known for known in reader.steps() if known.step == step)
        values = np.asarray(reader.read(probe, logged).representations, np.float64)
        position = ids.tolist().index(own)
        order = np.argsort(np.linalg.norm(values - values[position], axis=1), kind="stable")
        assert named.all_inner_texts() == [names[other] for other in order if other != position][:10]
    film.keep_screen("neighbors")


def test_the_box_of_a_pinned_sample_leaves_its_lines_free(cpu_film: Tab):
    film = cpu_film
    select_by(film, "id:0..9")
    rows(film).nth(4).click()
    film.page.mouse.move(0, 0)
    box = film.frame.get_by_role("tooltip")
    beside_its_dot = box.bounding_box()
    press(film, "n")
    expect(film.frame.locator(".neighbors dd").first.get_by_role("button")).to_have_count(10)
    film.picture()
    apart, stage = box.bounding_box(), film.canvas.bounding_box()
    assert beside_its_dot is not None
    assert apart is not None
    assert stage is not None
    assert apart != beside_its_dot
    assert apart["y"] + apart["height"] == pytest.approx(stage["y"] + stage["height"] - 12, abs=1)
    press(film, "Home")
    film.picture()
    assert box.bounding_box() == apart  # it rests while the dot moves
