import { describe, expect, test } from "vitest";
import { Device, deviceOf } from "../../../src/connectors/crowdstrike/normalise.ts";
import { DeviceDetails, DeviceIdPage, DeviceRecord } from "../../../src/connectors/crowdstrike/schemas.ts";

const RECORD = {
  device_id: "0123456789abcdef0123456789abcdef",
  cid: "fedcba9876543210fedcba9876543210",
  status: "normal",
  criticality: "low",
  hostname: "BOS-LT-00A1B2",
  local_ip: "10.20.0.11",
  platform_name: "Windows",
  os_version: "Windows 11",
  product_type_desc: "Workstation",
  chassis_type_desc: "Notebook",
  agent_version: "7.29.20108.0",
  last_seen: "2026-11-22T09:59:30Z",
};

function device(changes: Record<string, unknown> = {}, unassigned: "low" | "high" = "high") {
  return Device.parse(deviceOf(DeviceRecord.parse({ ...RECORD, ...changes }), unassigned));
}

describe("a device", () => {
  test("has its OCSF names, and nothing that wasn't asked for", () => {
    expect(device()).toEqual({
      device_id: "0123456789abcdef0123456789abcdef",
      hostname: "BOS-LT-00A1B2",
      ip: "10.20.0.11",
      type: "Laptop",
      os: { name: "Windows 11", type: "Windows" },
      agent_list: [{ name: "CrowdStrike Falcon", version: "7.29.20108.0" }],
      last_seen_time: "2026-11-22T09:59:30.000Z",
      containment: "normal",
      criticality: "low",
    });
  });

  test.each([
    ["normal", "normal"],
    ["containment_pending", "pending"],
    ["contained", "contained"],
    ["lift_containment_pending", "lifting"],
  ])("whose status is %s has the containment %s", (status, containment) => {
    expect(device({ status }).containment).toBe(containment);
  });

  test.each([
    ["critical", "critical"],
    ["Critical", "critical"],
    ["MEDIUM", "medium"],
    ["Noncritical", "low"],
  ])("that is rated %s is %s", (criticality, expected) => {
    expect(device({ criticality }).criticality).toBe(expected);
  });

  test.each([[""], ["Unassigned"], [null], [undefined]])(
    "that is rated %j counts as the tenant says",
    (criticality) => {
      expect(device({ criticality }, "high").criticality).toBe("high");
      expect(device({ criticality }, "low").criticality).toBe("low");
    },
  );

  test.each([
    ["Mac", "Workstation", "Notebook", "macOS", "Laptop"],
    ["Linux", "Server", "Rack Mount Chassis", "Linux", "Server"],
    ["Windows", "Domain Controller", "", "Windows", "Server"],
    ["Windows", "Workstation", "Tower", "Windows", "Desktop"],
    ["ChromeOS", "Kiosk", undefined, "Other", "Other"],
    [undefined, undefined, undefined, "Unknown", "Unknown"],
  ])(
    "of platform %s and product %s (%s) is %s on a %s",
    (platform_name, product_type_desc, chassis_type_desc, os, type) => {
      const found = device({ platform_name, product_type_desc, chassis_type_desc });
      expect([found.os.type, found.type]).toEqual([os, type]);
    },
  );

  test("that reports nothing of itself can still be found and contained", () => {
    const { device_id, status, last_seen } = RECORD;
    const silent = deviceOf(DeviceRecord.parse({ device_id, status, last_seen }), "high");
    expect(silent).toMatchObject({ device_id, hostname: null, ip: null, containment: "normal" });
    expect(Device.safeParse(silent).success).toBe(true);
  });

  test("cannot dress up its name with what can't be seen, or make it endless", () => {
    expect(device({ hostname: "web\u202e01\n\u0007" }).hostname).toBe("web⟦U+202E⟧01 ⟦U+0007⟧");
    expect(device({ hostname: "a".repeat(10_000) }).hostname).toHaveLength(255);
  });
});

describe("what we rely on and don't get is a changed contract", () => {
  test.each([
    ["status", "isolated"],
    ["status", 2],
    ["status", undefined],
    ["device_id", undefined],
    ["device_id", "HOST-1"],
    ["last_seen", undefined],
    ["last_seen", 1_795_341_570],
    ["last_seen", "yesterday"],
    ["criticality", "tier-0"],
    ["criticality", 4],
    ["hostname", { name: "x" }],
  ])("%s: %j", (field, value) => {
    const parsed = DeviceDetails.safeParse({ resources: [RECORD, { ...RECORD, [field]: value }] });
    expect(parsed.error?.issues[0]?.path.join(".")).toBe(`resources.1.${field}`);
  });

  test("a missing list", () => {
    expect(DeviceDetails.safeParse({ items: [RECORD] }).success).toBe(false);
  });
});

describe("a page of ids", () => {
  const page = (resources: unknown, offset: number, total: number) =>
    DeviceIdPage.safeParse({ resources, meta: { pagination: { offset, limit: 25, total } } });

  test("may be empty where nothing was found, or after the last one", () => {
    expect(page([], 0, 0).success).toBe(true);
    expect(page(null, 0, 0).success).toBe(true);
    expect(page([], 50, 50).success).toBe(true);
  });

  test("is no answer if it is empty and says that there is more", () => {
    expect(page([], 0, 3).error?.issues[0]?.path).toEqual(["resources"]);
    expect(page(null, 25, 26).success).toBe(false);
  });

  test("is no answer without saying how many there are", () => {
    expect(DeviceIdPage.safeParse({ resources: [], meta: {} }).success).toBe(false);
  });
});
