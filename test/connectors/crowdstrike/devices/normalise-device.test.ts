import { describe, expect, test } from "vitest";
import { Device } from "../../../../src/capabilities/devices/device.ts";
import { deviceOf } from "../../../../src/connectors/crowdstrike/devices/normalise-device.ts";
import { DeviceDetails, DeviceRecord } from "../../../../src/connectors/crowdstrike/schemas.ts";
import { DEVICE } from "../device.ts";

function device(changes: Record<string, unknown> = {}) {
  return Device.parse(deviceOf(DeviceRecord.parse({ ...DEVICE, ...changes })));
}

describe("a device", () => {
  test("has its OCSF names, and nothing that wasn't asked for", () => {
    expect(device()).toEqual({
      device_id: "0123456789abcdef0123456789abcdef",
      hostname: "BOS-LT-00A1B2",
      ip: "10.20.0.11",
      external_ip: "2001:db8::14",
      mac: "00-00-5e-00-53-0a",
      serial_number: "C42AFKEBM563",
      type: "Laptop",
      os: { name: "Windows 11", type: "Windows" },
      agent_list: [{ name: "CrowdStrike Falcon", version: "7.29.20108.0" }],
      last_seen_time: "2026-11-22T09:59:30.000Z",
      last_login: { user: "ACME\\rosa", time: "2026-11-22T08:00:00.000Z" },
      tags: ["FalconGroupingTags/Finance"],
      containment: "normal",
      vendor_containment: "normal",
      criticality: "low",
      vendor_criticality: "low",
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

  test.each([
    ["", null],
    ["Unassigned", "Unassigned"],
    [null, null],
    [undefined, null],
    ["Tier 0", "Tier 0"],
  ])("that is rated %j is of unknown criticality, with the vendor's word beside it", (criticality, word) => {
    expect(device({ criticality })).toMatchObject({ criticality: "unknown", vendor_criticality: word });
  });

  test.each([
    ["containment_failed", "containment_failed"],
    [undefined, null],
  ])("whose status is %j is contained nobody knows how far", (status, word) => {
    expect(device({ status })).toMatchObject({ containment: "unknown", vendor_containment: word });
  });

  test.each(["", null, undefined, "0001-01-01T00:00:00Z"])(
    "last seen %j was seen nobody knows when",
    (last_seen) => {
      expect(device({ last_seen }).last_seen_time).toBeNull();
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
    const { device_id } = DEVICE;
    const silent = deviceOf(DeviceRecord.parse({ device_id }));
    expect(silent).toMatchObject({ device_id, hostname: null, ip: null, last_seen_time: null });
    expect(Device.safeParse(silent).success).toBe(true);
  });

  test("cannot dress up its name with what can't be seen, or make it endless", () => {
    expect(device({ hostname: "web\u202e01\n\u0007" }).hostname).toBe("web⟦U+202E⟧01 ⟦U+0007⟧");
    expect(device({ hostname: "a".repeat(10_000) }).hostname).toHaveLength(255);
  });
});

describe("a record is unreadable, and counted, where it has", () => {
  test.each([
    ["device_id", undefined],
    ["device_id", "a'+status:'new"],
    ["device_id", "two words"],
    ["device_id", 7],
    ["status", 2],
    ["last_seen", 1_795_341_570],
    ["last_seen", "yesterday"],
    ["criticality", 4],
    ["hostname", { name: "x" }],
    ["tags", "none"],
  ])("%s: %j", (field, value) => {
    const { resources } = DeviceDetails.parse({ resources: [DEVICE, { ...DEVICE, [field]: value }] });
    expect(resources).toMatchObject({ records: [{ device_id: DEVICE.device_id }], unreadable: 1 });
  });

  test("and if all are, the contract has changed", () => {
    const parsed = DeviceDetails.safeParse({ resources: [{ ...DEVICE, status: 2 }] });
    expect(parsed.error?.issues[0]?.path).toEqual(["resources", 0, "status"]);
    expect(DeviceDetails.safeParse({ items: [DEVICE] }).success).toBe(false);
  });
});
