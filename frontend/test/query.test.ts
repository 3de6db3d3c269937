import { describe, expect, it } from "vitest";
import { complete } from "../src/query/complete";
import { Matcher, stepsNeeded } from "../src/query/evaluate";
import { parseQuery } from "../src/query/parse";
import type { ColumnInfo } from "../src/wire";
import { seeded } from "./bytes";
import { columns, matches, trouble, values, vocabulary, world } from "./queries";

describe("a query of columns", () => {
  it("asks for numbers of a step at the cursor, or at some step of a range", () => {
    const scale = { value: "error", label: "", description: "", low: 0, high: 1, open_low: null, open_high: true };
    const info: ColumnInfo = { name: "error", kind: "number", kinds: [], low: 0, high: 1 };
    const told = { ...vocabulary, columns: [...columns, { ...info, scale }] };
    const errors = [0, 1, 2].map((step) => Float32Array.of(step, 5, 5, 5 - step, 5, Number.NaN));
    const asked = (source: string, cursor: number): number[] => {
      const here = { ...world(cursor), column: (index: number, step: number) => values[index] ?? errors[step] };
      return [...new Matcher(parseQuery(source), told).match(here)].flatMap((hit, sample) => (hit === 1 ? [sample] : []));
    };
    expect([0, 1, 2].map((cursor) => asked("error<1", cursor))).toEqual([[0], [], []]);
    expect(asked("error<4 age>=30", 2)).toEqual([]);
    expect(asked("step:20..30 error<4", 0)).toEqual([0, 3]);
    expect(asked("error:none", 1)).toEqual([5]);
    expect(stepsNeeded(parseQuery("step:20..30 error<4"), [10, 20, 30], 0, [])).toEqual([1, 2]);
  });

  it("compares numbers, and finds them by value, by range and where there is none", () => {
    expect(matches("age>30")).toEqual([2, 5]);
    expect(matches("age>=30 age<90")).toEqual([1, 2]);
    expect(matches("age=31.5")).toEqual([2]);
    expect(matches("age:18,90")).toEqual([0, 5]);
    expect(matches("AGE:-5..30")).toEqual([0, 1, 3]);
    expect(matches("age:31..")).toEqual([2, 5]);
    expect(matches("age:none")).toEqual([4]);
    expect(matches("-age>30")).toEqual([0, 1, 3, 4]);
    expect(matches("(age<0 or age>=90) -label:none")).toEqual([3]);
  });

  it("finds kinds by name, of two that differ in case the one that is written so", () => {
    expect(matches('city:"den haag"')).toEqual([0, 4]);
    expect(matches("City:Paris")).toEqual([1, 5]);
    expect(matches("City=paris")).toEqual([2]);
    expect(matches("City:none,Paris")).toEqual([1, 3, 5]);
    expect(matches("not City:Paris")).toEqual([0, 2, 3, 4]);
  });

  it("finds other words by what they contain, or are, and takes names in quotes", () => {
    expect(matches('"web source":book')).toEqual([1, 4]);
    expect(matches('"web source"=book')).toEqual([1]);
    expect(matches('"web source":"web crawl"')).toEqual([3]);
    expect(matches('"web source":none')).toEqual([2]);
  });

  it("reaches a column that is called as a key by quotes; without them the key is meant", () => {
    expect(matches('"label":y')).toEqual([1, 3, 5]);
    expect(matches("label:cat")).toEqual([0, 1]);
    expect(matches('"conf">3')).toEqual([4, 5]);
    expect(matches("conf>0.99")).toEqual([0]);
    expect(trouble("label>3")).toContain('label:, or "label" in quotes for a column of that name');
  });

  it("says what is wrong in one sentence", () => {
    expect(trouble("size>3")).toBe(
      "At character 1: expected one of label: pred: split: id: step: text:, or a column such as age, City, web source, got size:.",
    );
    expect(trouble("age>old")).toBe('At character 5: expected a number after age, as in age>30, got "old".');
    expect(trouble("age>")).toContain("a value after age");
    expect(trouble("age>1,2")).toContain("one value after age>");
    expect(trouble("City>Paris")).toContain("City: with a value, since it holds words");
    expect(trouble("City:Rome")).toContain("a value of City such as Den Haag, Paris, paris");
    expect(trouble('"web source"')).toContain("a : or > after the name of a column");
    expect(trouble('"web')).toContain("a closing");
  });

  it("needs no step, and only the columns that it names", () => {
    expect(stepsNeeded(parseQuery("age>3 -City:paris"), [10, 20], 1)).toEqual([]);
    expect(new Matcher(parseQuery("City:paris or (age>3 -wrong)"), vocabulary).columns).toEqual([1, 0]);
  });

  it("is completed by names and by kinds", () => {
    const options = (source: string) => complete(source, source.length, vocabulary).options.map(({ insert }) => insert);
    expect(options("ag")).toEqual(["age>"]);
    expect(options("we")).toEqual(['"web source":"']);
    expect(options("lab")).toEqual(["label:", '"label":']);
    expect(options("city:den")).toEqual(['"Den Haag" ']);
    expect(options('"label":')).toEqual(["x ", "y ", "none "]);
    expect(options("age:3")).toEqual([]);
  });
});

describe("a query", () => {
  it("finds labels by name, by several names, by number, and none", () => {
    expect(matches("label:cat")).toEqual([0, 1]);
    expect(matches("LABEL:Dog")).toEqual([2, 3]);
    expect(matches('label:"hot dog",cat')).toEqual([0, 1, 4]);
    expect(matches("label:1")).toEqual([2, 3]);
    expect(matches("label:none")).toEqual([5]);
  });

  it("finds predictions, verdicts and confidences of the step under the cursor", () => {
    expect(matches("pred:dog", 0)).toEqual([1, 2]);
    expect(matches("pred:dog", 2)).toEqual([0, 2, 3, 4]);
    expect(matches("wrong", 0)).toEqual([1, 3]);
    expect(matches("correct", 0)).toEqual([0, 2, 4]);
    expect(matches("conf<0.6", 0)).toEqual([1, 4, 5]);
    expect(matches("conf<=0.6", 0)).toEqual([1, 3, 4, 5]);
    expect(matches("conf>=1", 0)).toEqual([0]);
    expect(matches("conf=0.6", 0)).toEqual([3]);
    expect(matches("confidence>0.75", 0)).toEqual([0, 2]);
  });

  it("knows no verdict on samples without a label", () => {
    expect(matches("wrong or correct")).toEqual([0, 1, 2, 3, 4]);
  });

  it("finds flips against the step before, none at the first", () => {
    expect(matches("flipped", 0)).toEqual([]);
    expect(matches("flipped", 1)).toEqual([1, 4]);
    expect(matches("flipped", 2)).toEqual([0, 3]);
  });

  it("finds ids, splits and texts", () => {
    expect(matches("id:5,7..8,100")).toEqual([0, 2, 3, 5]);
    expect(matches("id:8..")).toEqual([3, 4, 5]);
    expect(matches("split:test")).toEqual([1, 3, 5]);
    expect(matches('text:"Bad"')).toEqual([0, 1, 5]);
    expect(matches('text:"(really)"')).toEqual([3]);
    expect(matches("text:good")).toEqual([2, 3]);
  });

  it("joins terms by and, or, not and parentheses, or last", () => {
    expect(matches("label:cat split:test")).toEqual([1]);
    expect(matches("label:cat and split:test")).toEqual([1]);
    expect(matches("label:cat split:test or label:none")).toEqual([1, 5]);
    expect(matches("label:cat (split:test or label:none)")).toEqual([1]);
    expect(matches("-label:cat")).toEqual([2, 3, 4, 5]);
    expect(matches("not label:cat -split:test")).toEqual([2, 4]);
    expect(matches("-(label:cat or label:dog)")).toEqual([4, 5]);
    expect(matches("not not wrong")).toEqual(matches("wrong"));
    expect(matches('pred:"or" or label:or')).toEqual([]);
  });

  it("with step: holds where all of its group holds at one step of the range", () => {
    expect(matches("wrong step:10..20")).toEqual([1, 3, 4]);
    expect(matches("step:20 wrong", 0)).toEqual([3, 4]);
    expect(matches("wrong conf>0.9 step:10..30")).toEqual([3, 4]); // wrong and sure at the same step
    expect(matches("(wrong step:10..30) (conf>0.9 step:10..30)")).toEqual([0, 1, 3, 4]);
    expect(matches("-(wrong step:..30) -label:none")).toEqual([2]);
    expect(matches("-wrong step:10..20 -label:none")).toEqual([0, 1, 2, 3, 4].filter((sample) => sample !== 3));
    expect(matches("flipped step:20..")).toEqual([0, 1, 3, 4]);
    expect(matches("wrong step:11..19")).toEqual([]);
    expect(matches("label:cat or wrong step:30")).toEqual([0, 1, 4]);
  });

  it("follows the film when it is asked again", () => {
    const matcher = new Matcher(parseQuery("label:cat wrong"), vocabulary);
    expect([0, 1, 2].map((cursor) => matcher.match(world(cursor)).join(""))).toEqual(["010000", "000000", "100000"]);
  });

  it("matches nothing of predictions that were not logged", () => {
    const bare = { ...world(0), facts: () => ({ prediction: null, confidence: null }) };
    for (const source of ["wrong", "correct", "pred:cat", "conf<1", "flipped"]) {
      expect(new Matcher(parseQuery(source), vocabulary).match(bare).some(Boolean)).toBe(false);
    }
  });
});

describe("the steps a query looks at", () => {
  const needed = (source: string, cursor: number): number[] => stepsNeeded(parseQuery(source), [10, 20, 30, 40], cursor);

  it("are the cursor's, the one before for flips, or the range's", () => {
    expect(needed("label:cat", 2)).toEqual([]);
    expect(needed("wrong", 2)).toEqual([2]);
    expect(needed("flipped", 2)).toEqual([1, 2]);
    expect(needed("flipped", 0)).toEqual([]);
    expect(needed("wrong step:15..30 or conf<1", 0)).toEqual([0, 1, 2]);
    expect(needed("-(flipped step:20..30)", 3)).toEqual([0, 1, 2]);
    expect(needed("label:cat step:..40", 3)).toEqual([]);
  });
});

describe("a query that cannot be read", () => {
  it.each([
    ["", "At character 1: expected a term such as label:cat, wrong or conf<0.6, got the end of the query."],
    ["label:cat wong", 'At character 11: expected a term such as label:cat, wrong or conf<0.6, got "wong".'],
    ["label:", "At character 7: expected a class after label:, got nothing."],
    ["label:cat, wrong", "At character 11: expected a class after label:, got nothing."],
    ["label:do", 'At character 7: expected the name of a class such as dog, hot dog, got "do".'],
    ["split:val", 'At character 7: expected the name of a split such as train, test, got "val".'],
    ["pred:none", 'At character 6: expected the name of a class such as cat, dog, hot dog, got "none".'],
    [
      "lable:cat",
      "At character 1: expected one of label: pred: split: id: step: text:, or a column such as age, City, web source, got lable:.",
    ],
    ["conf<60", 'At character 6: expected a confidence from 0 to 1, got "60".'],
    ["conf<", "At character 6: expected a confidence from 0 to 1, got nothing."],
    ["id:a", 'At character 4: expected an id such as 7 or 7..9, got "a".'],
    ["id:9..7", 'At character 4: expected a range that goes up, got "9..7".'],
    ["step:..", 'At character 6: expected a step or a range such as step:10..20, got "..".'],
    ["wrong step:1 step:2", "At character 14: expected one step: in a group, got another."],
    ["-step:3", "At character 2: expected step: without a negation; negate a group, as in -(wrong step:10..20), got one."],
    ["(wrong", "At character 7: expected a ) for the ( at character 1, got the end of the query."],
    ["wrong)", "At character 6: expected a ( before this ), got )."],
    ["wrong or", "At character 9: expected a term such as label:cat, wrong or conf<0.6, got the end of the query."],
    ["or wrong", "At character 1: expected a term such as label:cat, wrong or conf<0.6, got or."],
    ["()", "At character 2: expected a term such as label:cat, wrong or conf<0.6, got )."],
    ["wrong -", "At character 8: expected a term such as label:cat, wrong or conf<0.6, got the end of the query."],
    ["wrong & x", 'At character 7: expected a term such as label:cat, wrong or conf<0.6, got "&".'],
    ['text:"bad', 'At character 6: expected a closing " after the opening one, got the end of the query.'],
    ["text:", 'At character 6: expected words in quotes, such as text:"not bad", got nothing.'],
  ])("%s", (source, sentence) => {
    expect(trouble(source)).toBe(sentence);
  });

  it("says so of texts where there are none", () => {
    expect(() => new Matcher(parseQuery("text:a"), { ...vocabulary, hasTexts: false })).toThrow("no texts were logged");
    for (const query of ["-label:cat", "wrong", "id:1 or correct"])
      expect(() => new Matcher(parseQuery(query), { ...vocabulary, labelled: false })).toThrow("no labels were logged");
    for (const query of ["pred:cat", "wrong step:..20", "-correct", "conf<.5", "flipped"])
      expect(() => new Matcher(parseQuery(query), { ...vocabulary, predicted: false })).toThrow("no logits were logged");
    expect(new Matcher(parseQuery("label:cat id:5"), { ...vocabulary, predicted: false }).match(world(0)).some(Boolean)).toBe(
      true,
    );
  });

  it("is answered, however it was typed", () => {
    const random = seeded(7);
    const pieces = [
      "label:",
      "cat",
      '"',
      "(",
      ")",
      "-",
      "or",
      "not",
      "wrong",
      "conf<",
      "0.5",
      "step:",
      "1..",
      ",",
      " ",
      "\\",
      "id:",
      "é",
      "and",
    ];
    for (let trial = 0; trial < 3000; trial++) {
      const source = Array.from(
        { length: 1 + Math.floor(random() * 8) },
        () => pieces[Math.floor(random() * pieces.length)],
      ).join("");
      expect(trouble(source)).toMatch(/^no trouble$|^At character \d+: expected .*, got .*\.$/s);
    }
    expect(trouble("(".repeat(5000))).toContain("at most 100");
    expect(trouble("-".repeat(5000))).toContain("the end of the query");
  });
});
