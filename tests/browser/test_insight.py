"""From looking to understanding: events, suspicious labels, the data map, influence and what is near, in the column of panels."""

from __future__ import annotations

import csv
import io
import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.insight import film_events, influence, near, read_insight, sample_columns
from tb_timetravel.insight.judging import COLUMNS, encode_csv, list_suspects
from tb_timetravel.insight.suspicion import rerank
from tb_timetravel.store import FilmStore, open_reader
from tests.browser.runs import N_SAMPLES, RUN, STEPS, full_names, log_texts, short_names
from tests.browser.tab import find_tab
from tests.browser.test_access import THEMES, violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tb_timetravel.store import ProbeReader
    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

FIRST, LAST = STEPS[0], STEPS[-1]
TABS = ("Events", "Suspicious", "Data map", "Influence", "Near")


@pytest.fixture(scope="module")
def insightful(fitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run with its film and what is worked out of its log; only to be looked at."""
    logdir = shutil.copytree(fitted, tmp_path_factory.mktemp("insightful") / "runs")
    assert main(["insight", str(logdir)]) == 0
    return logdir


@pytest.fixture
def judged(insightful: Path, tmp_path: Path) -> Path:
    """A copy of it, to be written to."""
    return shutil.copytree(insightful, tmp_path / "judged")


def reader_of(logdir: Path) -> ProbeReader:
    return open_reader(str(logdir / RUN / "plugins" / "timetravel" / "probe"))


def opened(tab: Callable[..., Tab], logdir: Path, panel: str, link: str = "") -> Tab:
    return tab(logdir, f"&p.timetravel.renderer=cpu&p.timetravel.panel={panel}{link}").wait_for_film()


def show(film: Tab, name: str) -> None:
    film.frame.get_by_role("tab", name=name, exact=True).click()


def events_of(logdir: Path, film: str) -> list[Any]:
    films = FilmStore(str(logdir / RUN / "plugins" / "timetravel" / "probe"))
    return list(film_events(reader_of(logdir), films, films.film(film)))


def download(film: Tab, name: str) -> list[dict[str, str]]:
    with film.page.expect_download() as downloading:
        film.button(name).click()
    return list(csv.DictReader(io.StringIO(downloading.value.path().read_text(encoding="utf-8"))))


def kind_row(film: Tab, label: str) -> list[str]:
    cells = film.frame.locator(".insight-kinds tr", has=film.frame.get_by_text(label, exact=True)).locator("td")
    return cells.all_inner_texts()[-2:]


def test_nothing_of_it_is_loaded_before_it_is_opened_and_it_is_worked_out_on_request(tab: Callable[..., Tab], fitted: Path, tmp_path: Path):
    logdir = shutil.copytree(fitted, tmp_path / "fresh")
    film = opened(tab, logdir, "overview")
    loaded = "performance.getEntriesByType('resource').filter((e) => e.name.includes('insight.js')).length"
    assert film.frame.evaluate(loaded) == 0
    film.frame.get_by_label("Insight", exact=True).check(force=True)
    expect(film.frame.get_by_text("is worked out of the log once")).to_be_visible()
    assert film.frame.evaluate(loaded) == 1
    assert film.frame.get_by_role("option", name="Suspicion").count() == 0
    film.keep_screen("insight offered")
    film.button("Work it out").click()
    expect(film.frame.locator(".insight-kinds")).to_be_visible(timeout=60_000)
    assert film.frame.get_by_role("option", name="Suspicion").count() > 0
    film.page.wait_for_function("location.hash.includes('panel=events')")


def test_events_are_counted_at_the_step_and_over_all_steps(tab: Callable[..., Tab], insightful: Path):
    film = opened(tab, insightful, "events", f"&p.timetravel.step={STEPS[1]}")
    expected = events_of(insightful, film.state()["film"])
    for kind, label in (("learned", "Learned"), ("forgotten", "Forgotten"), ("border_crossing", "Crossed a border")):
        total = sum(len(one.samples[kind]) for one in expected)
        assert kind_row(film, label) == [str(len(expected[1].samples[kind])), str(total)]
    film.page.keyboard.press("End")
    expect(film.frame.get_by_text(f"at step {LAST}")).to_be_visible()
    assert kind_row(film, "Learned")[0] == str(len(expected[-1].samples["learned"]))
    bars = film.frame.locator(".insight-histogram")
    box = bars.bounding_box()
    assert box is not None
    film.page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + 10)
    film.wait(f"s.step === {STEPS[1]}")
    film.keep_screen("insight events")


def test_samples_of_an_event_are_listed_flown_to_and_exported(tab: Callable[..., Tab], insightful: Path):
    film = opened(tab, insightful, "events", f"&p.timetravel.step={STEPS[1]}")
    expected = events_of(insightful, film.state()["film"])
    learned = expected[1].samples["learned"]
    for label in ("Forgotten", "From wrong to wrong", "Changed, no label"):
        film.frame.get_by_role("checkbox", name=label).uncheck()
    expect(film.frame.get_by_text(f"{len(learned)} at step {STEPS[1]}")).to_be_visible()
    grid = film.frame.get_by_role("grid", name=f"Samples with events at step {STEPS[1]}")
    reader = reader_of(insightful)
    ids = reader.ids(reader.probe())
    first = grid.locator(".sample-rows .sample-row").first
    expect(first.get_by_role("gridcell").first).to_have_text(short_names(reader)[learned[0]])
    expect(first).to_contain_text("Learned")
    first.click()
    film.wait("s.selected === 1")
    film.page.wait_for_function(f"location.hash.includes('p.timetravel.focus={learned[0]}') && location.hash.includes('camera=')")
    film.page.wait_for_function("location.hash.includes('panel=events')")
    rows = download(film, "CSV")
    assert [(row["step"], row["id"]) for row in rows] == [
        (str(one.step), str(ids[sample])) for one in expected for sample in one.samples["learned"]
    ]
    assert {row["event"] for row in rows} == {"learned"}


def test_a_selection_filters_the_events(tab: Callable[..., Tab], insightful: Path):
    film = opened(tab, insightful, "events", f"&p.timetravel.step={STEPS[1]}&p.timetravel.selected=0-39")
    film.wait("s.selected === 40")
    film.frame.get_by_label("Only the selection (40 samples)").check()
    expected = events_of(insightful, film.state()["film"])
    inside = [int((one.samples["learned"] < 40).sum()) for one in expected]
    expect(film.frame.locator(".insight-kinds tr", has_text="Learned").locator("td").last).to_have_text(str(sum(inside)))
    assert kind_row(film, "Learned") == [str(inside[1]), str(sum(inside))]
    film.frame.locator(".sample-rows .sample-row").first.click()
    film.page.wait_for_function("location.hash.includes('focus=')")
    assert film.state()["selected"] == 40  # what the list is about stays


def position_of(logdir: Path, row: dict[str, str]) -> int:
    reader = reader_of(logdir)
    probe = reader.probe()
    same_split = reader.splits(probe) == probe.split_names.index(row["split"])
    return int(np.flatnonzero(same_split & (reader.ids(probe) == int(row["id"])))[0])


def suspects_of(logdir: Path, verdicts: dict[int, bool]) -> list[dict[str, str]]:
    reader = reader_of(logdir)
    evidence = read_insight(reader).evidence
    found = list_suspects(reader, evidence, rerank(evidence, verdicts), verdicts, top=1000)
    return list(csv.DictReader(io.StringIO(encode_csv(found).decode())))


def test_suspects_are_those_of_the_command_and_are_judged_by_keys(tab: Callable[..., Tab], judged: Path):
    film = opened(tab, judged, "suspicious", f"&p.timetravel.step={LAST}")
    rows = download(film, "CSV")
    assert tuple(rows[0]) == COLUMNS
    assert rows == suspects_of(judged, {})
    grid = film.frame.get_by_role("grid", name="Suspicious samples", exact=False)
    grid.focus()
    first, second = (position_of(judged, row) for row in rows[:2])
    with film.page.expect_response("**/verdicts*") as saved:
        film.page.keyboard.press("s")
    assert saved.value.status == 200
    expect(film.frame.get_by_text("1 suspicious · 0 fine")).to_be_visible()
    with film.page.expect_response("**/verdicts*"):
        film.page.keyboard.press("f")
    expect(film.frame.get_by_text("1 suspicious · 1 fine")).to_be_visible()
    # Both are kept, the list is ranked anew, and the keys did not also move the film.
    assert download(film, "CSV") == suspects_of(judged, {first: True, second: False})
    assert "camera=" not in film.page.url
    film.page.reload()
    again = find_tab(film.page).wait_for_film()
    expect(again.frame.get_by_text("1 suspicious · 1 fine")).to_be_visible()
    again.frame.get_by_label("Hide judged").check()
    expect(again.frame.locator(".insight-suspect-row.suspicious")).to_have_count(0)
    again.frame.get_by_label("Hide judged").uncheck()
    expect(again.frame.locator(".insight-suspect-row.suspicious")).to_have_count(1)
    again.frame.get_by_role("grid", name="Suspicious samples", exact=False).focus()
    again.page.keyboard.press("Home")
    again.page.keyboard.press("s")  # the first is suspicious: again takes it back
    expect(again.frame.get_by_text("0 suspicious · 1 fine")).to_be_visible()
    again.keep_screen("insight suspicious")


def test_a_judgement_that_is_not_kept_is_undone_and_says_so(tab: Callable[..., Tab], judged: Path):
    film = opened(tab, judged, "suspicious")
    film.page.route("**/verdicts", lambda route: route.fulfill(status=200, content_type="application/json", body="{}"))
    row = film.frame.locator(".insight-suspect-row").first
    row.get_by_role("button", name="Suspicious").click()
    expect(film.frame.get_by_role("alert")).to_contain_text(re.compile("Not kept for [a-z0-9]+"))
    expect(film.frame.get_by_text("0 suspicious · 0 fine")).to_be_visible()
    expect(row.get_by_role("button", name="Suspicious")).to_have_attribute("aria-pressed", "false")


def test_the_film_is_coloured_and_searched_by_what_was_worked_out(tab: Callable[..., Tab], insightful: Path):
    film = opened(tab, insightful, "suspicious")
    before = film.picture()
    film.button("Colour by suspicion").click()
    expect(film.frame.locator(".ramp")).to_contain_text("How likely the label is wrong")
    assert not np.array_equal(film.picture(), before)
    values = sample_columns(reader_of(insightful))
    field = film.frame.get_by_role("combobox", name="Find samples")
    field.fill("suspicion>1")
    field.press("Enter")
    film.wait(f"s.selected === {int((values['suspicion'] > 1).sum())}")
    field.fill('looks_like:"digit 3"')
    field.press("Enter")
    film.wait(f"s.selected === {int((values['looks_like'] == 3).sum())}")
    link = film.page.url
    assert "column=suspicion" in link
    other = tab(insightful, link.partition("#timetravel")[2]).wait_for_film()
    expect(other.frame.locator(".ramp")).to_contain_text("How likely the label is wrong")


def test_what_was_worked_out_is_offered_to_queries_before_any_of_it_is_looked_at(tab: Callable[..., Tab], insightful: Path):
    film = tab(insightful).wait_for_film()
    film.frame.get_by_role("combobox", name="Find samples").press_sequentially("susp")
    expect(film.frame.locator("#query-options [role=option]")).to_contain_text("suspicion>")
    film.frame.locator(".query-help summary").click()
    expect(film.frame.locator(".query-help")).to_contain_text("variability>")


def test_a_box_in_the_data_map_selects_in_the_film(tab: Callable[..., Tab], insightful: Path):
    film = opened(tab, insightful, "map")
    canvas = film.frame.get_by_role("img", name=f"Mean confidence against Variability of {N_SAMPLES} samples")
    box = canvas.bounding_box()
    assert box is not None
    film.page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    film.page.mouse.down()
    film.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] - 1, steps=3)
    film.page.mouse.up()
    confidence = sample_columns(reader_of(insightful))["confidence"]
    middle = (confidence.min() + confidence.max()) / 2
    assert film.wait("s.selected > 0")["selected"] == pytest.approx((confidence < middle).sum(), abs=2)
    film.keep_screen("insight map")
    film.frame.locator(".insight-axes select").nth(1).select_option(label="Suspicion")
    expect(film.frame.get_by_role("img", name=f"Suspicion against Variability of {N_SAMPLES} samples")).to_be_visible()
    assert film.state()["selected"] > 0
    film.frame.get_by_role("radio", name="Lasso").check(force=True)
    for x, y in ((0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)):
        film.page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        if (x, y) == (0.01, 0.01):
            film.page.mouse.down()
    film.page.mouse.up()
    film.wait(f"s.selected === {N_SAMPLES}")


def card_names(film: Tab, section: str) -> list[str]:
    return film.frame.locator(section).locator(".insight-card-name").all_inner_texts()


def named(reader: ProbeReader, positions: NDArray[np.intp]) -> list[str]:
    names = full_names(reader)
    return [names[position] for position in positions]


def test_influence_lists_who_helped_and_harmed_until_the_step(tab: Callable[..., Tab], insightful: Path):
    reader = reader_of(insightful)
    film = opened(tab, insightful, "influence", f"&p.timetravel.step={STEPS[2]}&p.timetravel.focus=250")
    (found,) = influence(reader, [250], until=STEPS[2], top=10)
    expect(film.frame.locator(".insight-card")).to_have_count(20)
    assert card_names(film, "section[aria-label=Helped]") == named(reader, found.helpers)
    assert card_names(film, "section[aria-label=Harmed]") == named(reader, found.harmers)
    film.keep_screen("insight influence")
    film.frame.locator(".insight-card").nth(1).click()
    film.page.wait_for_function(f"location.hash.includes('p.timetravel.focus={found.helpers[1]}')")
    assert card_names(film, "section[aria-label=Helped]") == named(reader, found.helpers)  # the list stays what it is
    film.button(f"Ask about {short_names(reader)[found.helpers[1]]}").click()
    expect(film.frame.locator(".insight-subject strong")).to_have_text(full_names(reader)[found.helpers[1]])
    film.frame.locator(".insight select").select_option(label="digit 4")
    (other,) = influence(reader, [int(found.helpers[1])], target=4, until=STEPS[2], top=10)
    expect(film.frame.get_by_text("its loss as digit 4")).to_be_visible()
    assert card_names(film, "section[aria-label=Helped]") == named(reader, other.helpers)


def test_near_lists_who_is_near_here_and_through_time(tab: Callable[..., Tab], insightful: Path):
    reader = reader_of(insightful)
    film = opened(tab, insightful, "near", f"&p.timetravel.step={LAST}&p.timetravel.focus=3&p.timetravel.selected=3-6,9")
    expect(film.frame.locator(".insight-card")).to_have_count(10)
    assert card_names(film, ".insight-cards") == named(reader, near(reader, [3], LAST).positions[0])
    film.frame.get_by_text("Through time").click()
    rows = film.frame.locator(".insight-near tbody tr")
    expect(rows).to_have_count(len(STEPS))
    first, second = (near(reader, [3], step).positions[0] for step in STEPS[:2])
    expect(rows.nth(1).locator(".new")).to_have_count(len(set(second) - set(first)))
    rows.nth(1).locator(".insight-neighbor").nth(2).click()
    film.wait(f"s.step === {STEPS[1]}")
    film.page.wait_for_function(f"location.hash.includes('p.timetravel.focus={second[2]}')")
    expect(film.frame.locator(".insight-subject strong")).to_have_text("train 3")
    expect(rows.nth(1)).to_have_attribute("aria-current", "step")
    film.keep_screen("insight near")
    film.frame.get_by_label("Near the mean of the 5 selected").check()
    expected = named(reader, near(reader, [3, 4, 5, 6, 9], STEPS[1], as_one=True).positions[0])
    expect(film.frame.locator(".insight-card-name").first).to_have_text(expected[0])
    assert card_names(film, ".insight-cards") == expected


CUT = """() => [...document.querySelectorAll(".curves *")].filter((element) => {
  const { overflowX, overflowY } = getComputedStyle(element);
  const isCut =
    (overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1) ||
    (overflowY === "hidden" && element.scrollHeight > element.clientHeight + 1);
  const [words, title] = [element.textContent.trim(), element.closest("[title]")?.title ?? ""];
  const isTold = title.includes(words) || (title !== "" && words.includes(title));
  return isCut && element.checkVisibility() && words !== "" && !isTold && element.closest(".sr") === null;
}).map((element) => element.outerHTML)"""


def test_nothing_in_the_column_of_panels_is_cut_without_a_way_to_read_it(tab: Callable[..., Tab], insightful: Path):
    film = opened(tab, insightful, "overview", "&p.timetravel.neighbors=both&p.timetravel.focus=3&p.timetravel.selected=0-99")
    expect(film.frame.locator(".neighbors dd").first.get_by_role("button")).to_have_count(10)
    assert film.frame.evaluate(CUT) == []
    film.frame.get_by_label("Insight", exact=True).check(force=True)
    for name in TABS:
        show(film, name)
        film.frame.locator(".insight-kinds, .insight-suspect-row, .insight-scatter, .insight-card").first.wait_for()
        assert film.frame.evaluate(CUT) == [], name
        if name == "Events":
            names = film.frame.locator(".insight-kinds label span")
            assert "Drawn in a wrong territory" in names.all_inner_texts()
            assert all(span.evaluate("(span) => span.scrollWidth <= span.clientWidth || !span.clientWidth") for span in names.all())
            film.keep_screen("insight event names")


@pytest.mark.parametrize("theme", THEMES)
def test_it_is_reached_by_keyboard_and_axe_has_nothing_to_say(tab: Callable[..., Tab], insightful: Path, theme: str):
    film = opened(tab, insightful, "events", "&p.timetravel.focus=3&p.timetravel.selected=3-6")
    film.page.evaluate(f"document.body.classList.toggle('dark-mode', {str(theme == 'dark').lower()})")
    film.frame.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
    film.frame.get_by_role("tab", name="Events").focus()
    for at, name in enumerate(TABS):
        expect(film.frame.get_by_role("tab", name=name, exact=True)).to_be_focused()
        expect(film.frame.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
        film.frame.locator(".insight-kinds, .insight-suspect-row, .insight-scatter, .insight-card").first.wait_for()
        if name == "Near":
            film.frame.get_by_text("Through time").click()
            expect(film.frame.locator(".insight-near")).to_be_visible()
        assert violations(film) == [], name
        film.keep_screen(f"insight {theme} {at}")
        if name != TABS[-1]:
            film.page.keyboard.press("ArrowRight")


def test_without_labels_and_logits_it_says_what_cannot_be_told(tab: Callable[..., Tab], tmp_path: Path):
    rng = np.random.default_rng(0)
    film = TimeTravel(str(tmp_path / "runs" / "bare"), class_names=[])
    for step in range(3):
        film.log_arrays(step, rng.normal(size=(60, 8)).astype(np.float32))
    assert main(["fit", str(tmp_path / "runs"), "--method", "pca", "--device", "cpu"]) == 0
    opened_film = opened(tab, tmp_path / "runs", "suspicious", "&p.timetravel.focus=5")
    opened_film.button("Work it out").click()
    expect(opened_film.frame.get_by_text("No labels were logged, so there are none to doubt.")).to_be_visible(timeout=60_000)
    show(opened_film, "Events")
    expect(opened_film.frame.locator(".insight-kinds")).to_contain_text("Came closer")
    show(opened_film, "Data map")
    expect(opened_film.frame.locator(".insight-scatter")).to_be_visible()
    show(opened_film, "Influence")
    expect(opened_film.frame.get_by_text("No logits were logged")).to_be_visible()
    show(opened_film, "Near")
    expect(opened_film.frame.locator(".insight-card")).to_have_count(10)
    opened_film.keep_screen("insight bare")


def test_texts_are_told_where_pictures_would_be(tab: Callable[..., Tab], tmp_path: Path):
    texts = log_texts(tmp_path / "runs")
    assert main(["fit", str(tmp_path / "runs"), "--method", "pca", "--device", "cpu"]) == 0
    assert main(["insight", str(tmp_path / "runs")]) == 0
    film = opened(tab, tmp_path / "runs", "suspicious", "&p.timetravel.focus=0")
    expect(film.frame.locator(".insight-suspect-row .insight-words").first).to_be_visible()
    film.keep_screen("insight texts suspicious")
    show(film, "Near")
    expect(film.frame.locator(".insight-subject")).to_contain_text(texts[0])
    expect(film.frame.locator(".insight-card .insight-words")).to_have_count(10)
    film.keep_screen("insight texts near")
