import { describe, expect, test } from "vitest";
import {
  bareId,
  canonicalId,
  capabilityOfIds,
  idsIn,
  sourceOf,
  withoutSource,
  withSource,
} from "../../src/capabilities/ids.ts";

test("an argument's name says whose ids it takes", () => {
  expect(capabilityOfIds("device_id")).toBe("devices");
  expect(capabilityOfIds("alert_ids")).toBe("alerts");
  expect(capabilityOfIds("case_id")).toBe("alerts");
  for (const other of ["finding_id", "cve_id", "operation_id", "device", "constructor", "__proto__"]) {
    expect(capabilityOfIds(other)).toBeUndefined();
  }
});

describe("the source that an id names", () => {
  test.each([
    ["crowdstrike:61cf", "crowdstrike"],
    ["crowdstrike:c1d:ind:4id:77-1", "crowdstrike"],
    ["crowdstrike::", "crowdstrike"],
    ["okta:61cf", undefined],
    ["c1d:ind:4id:77-1", undefined],
    ["Crowdstrike:61cf", undefined],
    ["crowdstrike", undefined],
    ["crowdstrike:", undefined],
    [":61cf", undefined],
    ["", undefined],
  ])("%j: %j", (id, source) => {
    expect(sourceOf(id, ["crowdstrike", "elastic"])).toBe(source);
  });

  test("is no other than one of those there are", () => {
    expect(sourceOf("crowdstrike:61cf", [])).toBeUndefined();
  });
});

test("an id loses what looks like a source, once", () => {
  expect(bareId("okta:me")).toBe("me");
  expect(bareId("okta:other:me")).toBe("other:me");
  expect(bareId("00u1")).toBe("00u1");
  expect(bareId("00u:1")).toBe("00u:1");
});

/** Ids at every depth, and things that look like them. */
const bare = {
  device_id: "61cf",
  hostname: "device_id",
  owner: { user_id: "00u1", name: "61cf" },
  alert_ids: ["a1", "c1d:ind:4id:77-1"],
  detections: [{ detection_id: "d1", device: { device_id: null, mac: "02:00" } }],
  case_id: null,
  count: 3,
};
const named = {
  device_id: "falcon:61cf",
  hostname: "device_id",
  owner: { user_id: "falcon:00u1", name: "61cf" },
  alert_ids: ["falcon:a1", "falcon:c1d:ind:4id:77-1"],
  detections: [{ detection_id: "falcon:d1", device: { device_id: null, mac: "02:00" } }],
  case_id: null,
  count: 3,
};

describe("what a source found", () => {
  test("has its name before each id, at every depth, and nowhere else", () => {
    expect(withSource("falcon", bare)).toEqual(named);
  });

  test("is as it was once the name is taken off", () => {
    expect(withoutSource("falcon", named)).toEqual(bare);
    const own = { device_id: "falcon:61cf" };
    expect(withoutSource("falcon", withSource("falcon", own))).toEqual(own);
  });

  test("isn't changed itself", () => {
    const before = structuredClone(bare);
    withSource("falcon", bare);
    expect(bare).toEqual(before);
  });
});

test("arguments keep the ids of other sources, and what isn't an id", () => {
  const input = { device_id: "okta:61cf", query: "falcon:61cf", alert_ids: ["falcon:a1", "okta:a2"] };
  expect(withoutSource("falcon", input)).toEqual({
    device_id: "okta:61cf",
    query: "falcon:61cf",
    alert_ids: ["a1", "okta:a2"],
  });
});

test("the ids of a call are its strings in arguments that take ids", () => {
  expect(
    idsIn({
      device_id: "falcon:1",
      alert_ids: ["a", "b"],
      user_id: 7,
      case_id: null,
      scan_id: [],
      query: "q",
    }),
  ).toEqual([
    ["device_id", ["falcon:1"]],
    ["alert_ids", ["a", "b"]],
  ]);
  expect(canonicalId("falcon", "1")).toBe("falcon:1");
});
