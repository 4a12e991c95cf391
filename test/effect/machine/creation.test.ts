import { describe, expect, it } from "vitest";
import {
  alike,
  type CreationContent,
  differences,
  folded,
  onlyWords,
} from "../../../src/effect/machine/creation.ts";

const about = (finding_id: string | null, title: string): CreationContent => ({
  finding_id,
  title: folded(title),
});

describe("two creations", () => {
  it("are alike if both name the same finding, however their titles are worded", () => {
    expect(alike(about("f1", "Malware on A"), about("f1", "Other words"))).toBe(true);
    expect(alike(about("f1", "Malware on A"), about("f2", "Malware on A"))).toBe(false);
  });

  it("are alike by title where not both name a finding", () => {
    expect(alike(about("f1", "Malware on A"), about(null, "malware  on a"))).toBe(true);
    expect(alike(about(null, "Malware on A"), about(null, "Malware on A"))).toBe(true);
    expect(alike(about(null, "Malware on A"), about("f1", "Malware on B"))).toBe(false);
  });
});

describe("a folded title", () => {
  it.each([
    "  MALWARE  on\tbos-lt-1 ",
    "Malware on ＢＯＳ-LT-1",
    "Mal\u200dware on BOS-LT-1",
    "Malware\u200c on BOS-LT-1",
  ])("of %j is that of the title that people see", (title) => {
    expect(folded(title)).toBe(folded("Malware on BOS-LT-1"));
  });

  it("tells apart what people tell apart", () => {
    expect(folded("Malware on BOS-LT-1")).not.toBe(folded("Malware on BOS-LT-2"));
  });
});

describe("what differs", () => {
  it("is named, with what was asked for and what was done", () => {
    const asked = { title: "MALWARE on A ", urgency: "high", details: "more" };
    expect(differences(asked, { title: "Malware on A", urgency: "low" })).toEqual([
      { field: "urgency", asked: "high", done: "low" },
      { field: "details", asked: "more", done: null },
    ]);
  });

  it("is nothing where only case, white space or an absent value do", () => {
    expect(
      differences(
        { alert_ids: ["a", "b"], description: "One\ntwo" },
        { alert_ids: ["a", "b"], description: "one two", severity: null },
      ),
    ).toEqual([]);
    expect(differences({ alert_ids: ["a", "b"] }, { alert_ids: ["a"] })).toHaveLength(1);
  });

  it("may be words alone, for a call with the key that it was made with", () => {
    expect(onlyWords(differences({ description: "a" }, { description: "b" }))).toBe(true);
    expect(onlyWords(differences({ urgency: "a" }, { urgency: "b" }))).toBe(false);
  });

  it("shows nothing hidden, and no more of a value than a reader needs", () => {
    const [difference] = differences({ description: `\u202e${"x".repeat(500)}` }, {});
    expect(String(difference?.asked)).toMatch(/^⟦U\+202E⟧x+…⟦cut⟧$/);
    expect(String(difference?.asked).length).toBeLessThanOrEqual(200);
  });
});
