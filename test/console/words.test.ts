import { describe, expect, test } from "vitest";
import { isCrossSite, isOwnForm } from "../../src/console/cross-site.ts";
import { distance, linkWith } from "../../src/console/elements.tsx";
import { may } from "../../src/console/need.ts";
import { hoursUntil } from "../../src/console/overview/activity.ts";

describe("a distance in time", () => {
  test("is told in its largest unit, before and after now", () => {
    expect(distance(-3_000)).toBe("just now");
    expect(distance(-59_000)).toBe("59 s ago");
    expect(distance(-61_000)).toBe("1 min ago");
    expect(distance(52 * 60_000)).toBe("in 52 min");
    expect(distance(-26 * 3_600_000)).toBe("1 d ago");
  });
});

test("a day of hours ends with the current one, across midnight too", () => {
  const hours = hoursUntil(Date.parse("2026-11-22T01:30:00Z"));
  expect(hours).toHaveLength(24);
  expect(hours[0]).toBe("2026-11-21T02");
  expect(hours.at(-1)).toBe("2026-11-22T01");
});

test("a link to another page of a list keeps its filters", () => {
  const url = new URL("https://x.example/console/audit?tool=a%26b&cursor=1");
  expect(linkWith(url, { cursor: "2" })).toBe("/console/audit?tool=a%26b&cursor=2");
  expect(linkWith(url, { cursor: null, tool: null })).toBe("/console/audit");
});

describe("a role", () => {
  test("gives what it holds, and nothing besides", () => {
    expect(may(["approver"], "operations:approve")).toBe(true);
    expect(may(["admin"], "operations:approve")).toBe(false);
    expect(may(["admin"], "admin")).toBe(true);
    expect(may(["auditor", "viewer"], "admin")).toBe(false);
    expect(may([], "any")).toBe(false);
  });
});

describe("a post", () => {
  const env = { PUBLIC_URL: "https://sallyport.example" };
  const posted = (headers: Record<string, string>) =>
    isCrossSite(new Request("https://sallyport.example/console", { headers }), env);

  test("is our own page's if its browser says so, or it has no browser", () => {
    expect(posted({ origin: "https://sallyport.example", "sec-fetch-site": "same-origin" })).toBe(false);
    expect(posted({})).toBe(false);
  });

  test("is another site's by either header, whatever the other one says", () => {
    expect(posted({ origin: "https://evil.example" })).toBe(true);
    expect(posted({ origin: "null" })).toBe(true);
    expect(posted({ "sec-fetch-site": "cross-site" })).toBe(true);
    expect(posted({ "sec-fetch-site": "same-site" })).toBe(true);
    expect(posted({ origin: "https://sallyport.example", "sec-fetch-site": "cross-site" })).toBe(true);
  });

  test("carries the session's token or none that counts", () => {
    expect(isOwnForm("token", "token")).toBe(true);
    expect(isOwnForm("", "token")).toBe(false);
    expect(isOwnForm("toke", "token")).toBe(false);
  });
});
