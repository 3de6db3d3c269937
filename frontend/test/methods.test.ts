import { describe, expect, it } from "vitest";
import { canFollow, filmName, filmToHold, isFitted, methodLabel, preselected } from "../src/methods";
import type { FilmEntry, Fit, Method, Probe } from "../src/wire";
import * as wire from "../src/wire";

const method = (name: string, label: string, available = true): Method => ({
  method: name,
  label,
  summary: "…",
  needs: available ? null : "umap-learn",
  available,
  estimate_s: 40,
});

const film = (key: string, name: string, more: Partial<FilmEntry> = {}): FilmEntry => ({
  film: key,
  method: name,
  stale: false,
  live: false,
  version: null,
  n_steps: 3,
  created_at: 1764000000,
  beside: null,
  ...more,
});

const fit = (state: Fit["state"], more: Partial<Fit> = {}): Fit => ({ ...wire.fit({ state }, "fit"), ...more });

const probe = (more: Partial<Probe> = {}): Probe => ({
  run: "digits",
  tag: "probe",
  n_samples: 9,
  n_targets: null,
  has_pairs: null,
  has_branches: null,
  n_features: 4,
  n_classes: 2,
  class_names: ["a", "b"],
  splits: ["all"],
  samples: "5a",
  media: { kind: "none", page_size: null, n_pages: null, thumbnail_width: null, thumbnail_height: null },
  n_columns: 0,
  source: "logged",
  steps: [1, 2, 3],
  fingerprint: "1b",
  films: [],
  film: null,
  methods: [method("joint", "Joint"), method("pca", "PCA"), method("umap", "UMAP", false)],
  estimate_s: 40,
  command: "timetravel fit runs",
  cannot_fit: null,
  fit: fit("none"),
  ...more,
});

describe("the name of a film", () => {
  it("is its method's label", () => {
    const here = probe({ films: [film("1", "joint"), film("2", "pca"), film("3", "preview")] });
    expect(here.films.map((one) => filmName(one, here))).toEqual(["Joint", "PCA", "Preview"]);
  });

  it("is the method's own name where nobody knows it", () => {
    expect(methodLabel("of-tomorrow", probe().methods)).toBe("of-tomorrow");
  });

  it("tells twins apart by when they were made, and says which are of older data", () => {
    const films = [film("1", "joint", { created_at: 1764003600 }), film("2", "joint", { stale: true }), film("3", "pca")];
    const names = films.map((one) => filmName(one, probe({ films })));
    expect(names[0]).toMatch(/^Joint · \d+ Nov, \d\d:00:00$/);
    expect(names[1]).toMatch(/^Joint · \d+ Nov, \d\d:00:00 \(older data\)$/);
    expect(new Set(names).size).toBe(3);
    expect(names[2]).toBe("PCA");
  });

  it("says beside which run a film was laid, and a fit in a plane of its own is another", () => {
    const films = [film("1", "joint", { beside: { run: "seed0", tag: "probe", film: "0a" } })];
    expect(filmName(films[0] as FilmEntry, probe({ films }))).toBe("Joint beside seed0");
    expect([isFitted("joint", probe({ films })), isFitted("joint", probe({ films }), "0a")]).toEqual([false, true]);
    expect(isFitted("joint", probe({ films }), "0b")).toBe(false);
  });

  it("says of a live one that it is", () => {
    const films = [film("1", "joint", { live: true })];
    expect(filmName(films[0] as FilmEntry, probe({ films }))).toBe("Joint, live");
    expect(isFitted("joint", probe({ films }))).toBe(false); // a fit of all steps at once is another film
  });
});

describe("a method that is fitted", () => {
  it("has a film of the present data and of all its steps", () => {
    const films = [film("1", "joint"), film("2", "pca", { stale: true }), film("3", "umap", { n_steps: 2 })];
    expect(["joint", "pca", "umap", "dvi"].map((name) => isFitted(name, probe({ films })))).toEqual([true, false, false, false]);
  });
});

describe("a fit that can follow the training", () => {
  it("is by the default method", () => {
    expect([null, "joint", "pca", "dvi"].map((name) => canFollow(name, probe()))).toEqual([false, true, false, false]);
    expect(canFollow("joint", probe({ n_targets: 0, has_pairs: false }))).toBe(true);
  });

  it("is of samples without targets and pairs", () => {
    expect(canFollow("joint", probe({ n_targets: 1 }))).toBe(false);
    expect(canFollow("joint", probe({ has_pairs: true }))).toBe(false);
  });
});

describe("the method a fit starts with", () => {
  const films = [film("1", "joint"), film("2", "pca", { stale: true }), film("3", "umap", { stale: true })];

  it("is the default", () => {
    expect(preselected(probe(), null)).toBe("joint");
    expect(preselected(probe({ films }), "1")).toBe("joint");
    expect(preselected(probe({ fit: fit("finished", { method: "pca" }) }), null)).toBe("joint");
  });

  it("is that of the outdated film on screen, where it can be fitted here", () => {
    expect(preselected(probe({ films }), "2")).toBe("pca");
    expect(preselected(probe({ films }), "3")).toBe("joint");
  });

  it.each(["failed", "interrupted"] as const)("is that of a fit that %s, so that it goes on", (state) => {
    expect(preselected(probe({ fit: fit(state, { method: "pca" }) }), null)).toBe("pca");
    expect(preselected(probe({ fit: fit(state) }), null)).toBe("joint"); // it died before it said by which
  });

  it("is none where none can be fitted", () => {
    expect(preselected(probe({ methods: [method("joint", "Joint", false)] }), null)).toBeNull();
  });
});

describe("the film to hold on to", () => {
  const films = [film("2", "pca"), film("1", "joint")];
  const running = { probe: probe({ films: [film("1", "joint")] }), fit: fit("running") };
  const done = probe({ films, film: "1", fit: fit("finished", { film: "2" }) });

  it("is the one that a fit made while it was watched", () => {
    expect(filmToHold(null, running, done)).toBe("2");
    expect(filmToHold("1", running, done)).toBe("2");
  });

  it("is left to the server where the server shows that one anyway", () => {
    expect(filmToHold("2", running, { ...done, film: "2" })).toBeNull();
  });

  it("stays the chosen one while the fit goes on, and when it does not end well", () => {
    for (const state of ["running", "failed", "cancelled"] as const) {
      expect(filmToHold("1", running, { ...done, fit: fit(state, { film: "2" }) })).toBe("1");
    }
  });

  it("stays the chosen one while nothing was fitted, and until it is gone", () => {
    expect(filmToHold("1", { probe: done, fit: done.fit }, done)).toBe("1");
    expect(filmToHold("9", { probe: done, fit: done.fit }, done)).toBeNull();
  });

  it("has nothing to do with a fit of another run", () => {
    expect(filmToHold(null, { ...running, probe: probe({ run: "other" }) }, done)).toBeNull();
    expect(filmToHold(null, { ...running, probe: null }, done)).toBeNull();
  });
});
