import { globSync, readFileSync } from "node:fs";
import { isSafe } from "redos-detector";
import { describe, expect, test } from "vitest";
import { regexLiterals } from "./literals.ts";

/** Where the detector gives up: it counts how many ways there are to fail, whatever the input, however slow the machine. */
const LIMITS = { maxScore: 200, maxSteps: 20_000, timeout: Number.POSITIVE_INFINITY };

/** Repeats of which there may be many at one place. */
const REPEAT = /[*+{]/;

const literals = globSync("src/**/*.{ts,tsx}").flatMap((file) =>
  regexLiterals(readFileSync(file, "utf8")).map((literal) => ({ file, ...literal })),
);

/** Alternatives of fixed words: at any place no more can be read than the longest of them. */
function isWordList(pattern: string): boolean {
  return !REPEAT.test(pattern.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/g, ""));
}

/** The expression as it is used: a sticky one never moves on from where it is put. */
function asUsed(pattern: string, flags: string): RegExp {
  return flags.includes("y")
    ? new RegExp(`^(?:${pattern})`, flags.replace("y", ""))
    : new RegExp(pattern, flags);
}

describe("no regular expression of ours", () => {
  test.each(literals)("takes more than its input is worth: $file:$line /$pattern/", ({ pattern, flags }) => {
    const used = asUsed(pattern, flags);
    if (isWordList(pattern)) return;
    expect(isSafe(used, LIMITS)).toMatchObject({ safe: true });
  });

  test("is built out of texts, where nobody could look at it", () => {
    for (const file of globSync("src/**/*.{ts,tsx}"))
      expect(readFileSync(file, "utf8"), file).not.toMatch(/\bRegExp\(/);
  });
});

describe("the look at them", () => {
  test("finds literals, and neither comments nor divisions nor the ends of tags", () => {
    const source = [
      'const a = "/no/"; // nor /this/',
      "const b = x / y / z;",
      "const c = [/[/\"]+/gu, /b/].map((s) => s.replace(/c'/, `/no/`));",
      "const d = <p class={a}>don't <br /> it</p>;",
      "return /d{2,}/.test(a) && !/e/i.test(b);",
    ].join("\n");
    expect(regexLiterals(source).map(({ pattern, flags }) => `${pattern} ${flags}`)).toEqual([
      '[/"]+ gu',
      "b ",
      "c' ",
      "d{2,} ",
      "e i",
    ]);
  });

  test("knows what it looks for", () => {
    for (const slow of [/^(a+)+$/, /^[a-z]*[a-z][a-z]*$/, /<[^>]*>/]) {
      expect(isSafe(slow, LIMITS).safe, String(slow)).toBe(false);
    }
  });
});
