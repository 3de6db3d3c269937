import { describe, expect, it } from "vitest";
import { complete, isUnfinished } from "../src/query/complete";
import type { Vocabulary } from "../src/query/evaluate";
import { parseQuery, QueryError } from "../src/query/parse";
import { matches, vocabulary } from "./queries";

describe("completion", () => {
  const offered = (source: string): string[] => complete(source, source.length, vocabulary).options.map(({ label }) => label);
  const accepted = (source: string, caret = source.length): string => {
    const { from, options } = complete(source, caret, vocabulary);
    return source.slice(0, from) + (options[0]?.insert ?? "") + source.slice(caret);
  };

  it("offers keys, those that begin as typed", () => {
    expect(offered("")).toContain("label:");
    expect(offered("label:cat wr")).toEqual(["wrong"]);
    expect(offered("-(s")).toEqual(["split:", "step:"]);
    expect(offered("")).not.toContain("or");
    expect(offered("wrong ")).toContain("or");
  });

  it("offers names after a key, and again after a comma", () => {
    expect(offered("label:")).toEqual(["cat", "dog", "hot dog", "or", "none"]);
    expect(offered("pred:d")).toEqual(["dog", "hot dog"]);
    expect(offered("label:cat,do")).toEqual(["dog", "hot dog"]);
    expect(offered("-split:te")).toEqual(["test"]);
    expect(accepted("label:cat,ho")).toBe('label:cat,"hot dog" ');
    expect(accepted('label:"hot d')).toBe('label:"hot dog" ');
    expect(accepted("label:hot d")).toBe('label:"hot dog" ');
    expect(offered("label:cat wr")).toEqual(["wrong"]);
    expect(accepted("label:ca wrong", 8)).toBe("label:cat  wrong");
  });

  it("offers nothing inside words that are quoted, and only what was logged", () => {
    expect(offered('text:"la')).toEqual([]);
    const without = (lack: Partial<Vocabulary>): string[] =>
      complete("", 0, { ...vocabulary, ...lack, columns: [] }).options.map(({ label }) => label);
    const all = without({});
    const lacked = (lack: Partial<Vocabulary>): string[] => all.filter((label) => !without(lack).includes(label));
    expect(lacked({ hasTexts: false })).toEqual(["text:"]);
    expect(lacked({ labelled: false })).toEqual(["label:", "wrong", "correct"]);
    expect(lacked({ predicted: false })).toEqual(["pred:", "wrong", "correct", "flipped", "conf<", "conf>"]);
  });

  it("knows what is wrong and may still become right from what is left behind so", () => {
    // The bar is the caret.
    const unfinished = (marked: string): boolean => {
      const [source, caret] = [marked.replace("|", ""), marked.indexOf("|")];
      try {
        matches(source);
      } catch (error) {
        if (error instanceof QueryError) return isUnfinished(error, caret, complete(source, caret, vocabulary));
      }
      throw new Error(`${source} is a query`);
    };
    for (const marked of [
      "lab|",
      "wrong lab|",
      "(wro|",
      "-|",
      "(wrong |",
      "label:|",
      "label:ca|",
      'label:"hot d|',
      "label:hot d|",
      "lab| wrong",
      "conf<|",
      "wrong conf>=| flipped",
      "conf<.|",
      "id:|",
      "id:1,|",
      "id:1.|",
      "id:..|",
      "step:|",
      "step:10..2|",
      "text:|",
      'text:"not b|',
      "age>|",
      "age>-|",
      "age:1..-|",
      "age>1e|",
      "age:no|",
      '"web source"|',
      "confi|",
      "wrong an|",
      "wrong or|",
      "not|",
      "(wrong|",
      "(wrong and (flipped|",
    ])
      expect([marked, unfinished(marked)]).toEqual([marked, true]);
    for (const marked of [
      "lab |",
      "lab wro|",
      "labx|",
      "labx wro|",
      "label:x|",
      "label:x wrong|",
      "wrong| lab",
      'wro| "abc',
      "(wrong and cor|rect",
      "id:x|",
      "conf< |",
      "conf< wrong|",
      "conf<2|",
      "conf<x|",
      "|conf<",
      "id: wrong|",
      "id:1x|",
      "step:20..10 |",
      "text: wrong|",
      "age> wrong|",
      "age>x|",
      "age:1x..|",
      '"web source" |',
      "(wrong)) |",
      "nothing|",
    ])
      expect([marked, unfinished(marked)]).toEqual([marked, false]);
  });

  it("offers only what can be read back", () => {
    const strange = { ...vocabulary, classes: ['a "b" \\c', "(d)", "e,f", "g:h", "ü"] };
    for (const name of strange.classes) {
      const { options } = complete("label:", 6, { ...strange, classes: [name] });
      const query = parseQuery(`label:${options[0]?.insert}`);
      expect(query).toMatchObject({ kind: "label", names: [{ text: name }] });
    }
  });
});
