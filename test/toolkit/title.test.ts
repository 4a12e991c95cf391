import { describe, expect, test } from "vitest";
import { Title } from "../../src/toolkit/title.ts";

describe("a title", () => {
  test.each([
    "Patch OpenSSL on FRA-web-03",
    "ログを確認する",
    "Ünïcode 👩‍💻 works",
    "⚠️ Malware",
    "  trimmed  ",
  ])("may be %j", (title) => {
    expect(Title.parse(title)).toBe(title.trim());
  });

  test.each([
    "",
    "  ",
    "ab",
    "two\nlines",
    "tab\there",
    "re\u202everse",
    "half \ud83d",
    "line\u2028end",
    "blank \u3164 letter",
    "joined\u034fgraphemes",
    "joined\u200dwords",
    "selected\ufe0e",
    "blank \u2800 pattern",
    "\u200d\u200d\u200d",
    "a\u200db",
    "x".repeat(256),
  ])("may not be %j", (title) => {
    expect(Title.safeParse(title).success).toBe(false);
  });
});
