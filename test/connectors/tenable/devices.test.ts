import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foundOn, resolved } from "../../../src/connectors/tenable/assets.ts";
import { asSerial, deviceCalled } from "../../../src/connectors/tenable/devices.ts";
import { Finding } from "../../../src/connectors/tenable/schemas.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { FINDING } from "./findings.ts";

const finding = (asset: object = {}) => Finding.parse({ ...FINDING, asset: { ...FINDING.asset, ...asset } });
const by = (name: string, asset: object = {}) => foundOn(finding(asset), deviceCalled(name))?.by ?? null;

describe("a device is known by", () => {
  const LAPTOP = {
    hostname: "WS-01",
    fqdn: "WS-01.corp.example.com",
    netbios_name: "WS-01",
    ipv4: "10.20.0.11",
    ipv6: "2001:db8:0:0:0:0:0:21",
    mac_address: "00:00:5E:00:53:21",
    serial_number: "C137B8E58B6",
  };

  test.each([
    ["ws-01", "hostname"],
    ["WS-01.corp.example.com", "fqdn"],
    ["ws-01.corp.example.com.", "fqdn"],
    ["10.20.0.11", "ip"],
    ["2001:DB8::21", "ip"],
    ["00-00-5e-00-53-21", "mac"],
    ["00:00:5E:00:53:21", "mac"],
    [FINDING.asset.uuid, "id"],
    ["WS-0", null],
    ["WS-01.other.example.com", null],
    ["10.20.0.1", null],
    ["2001:db8::2", null],
    ["00-00-5e-00-53-22", null],
  ])("%s: by %s", (name, expected) => {
    expect(by(name, LAPTOP)).toBe(expected);
  });

  test("its short name, where the scanner knows only a long one, and the other way round", () => {
    const long = { hostname: "10.20.0.11", fqdn: "ws-01.corp.example.com", netbios_name: null };
    expect(by("WS-01", long)).toBe("hostname");
    const short = { hostname: "ws-01", fqdn: undefined, netbios_name: undefined };
    expect(by("ws-01.corp.example.com", short)).toBe("hostname");
  });

  test("its serial number, which nothing else could be taken for", () => {
    const serial = asSerial(deviceCalled("c137b8e58b6"));
    expect(serial && foundOn(finding(LAPTOP), serial)?.by).toBe("serial");
    expect(asSerial(deviceCalled("NO-SUCH-HOST"))).toBeNull();
    expect(asSerial(deviceCalled("web01.example.com"))).toBeNull();
    expect(asSerial(deviceCalled("10.20.0.11"))).toBeNull();
  });

  test("an address, wherever the scanner wrote it", () => {
    expect(by("192.0.2.8", { hostname: "192.0.2.8", ipv4: null })).toBe("ip");
  });
});

test.each([
  "61cf9a4c12ef4f0ba1d2c3b4a5968778",
  "crowdstrike:61cf9a4c12ef4f0ba1d2c3b4a5968778",
  "defender:1e5bc9d7e413ddd7902c2932e418702b84d0cc07",
  "1e5bc9d7e413ddd7902c2932e418702b84d0cc07",
])("another system's id is refused, with what to give instead: %s", (id) => {
  expect(() => deviceCalled(id)).toThrow(
    expect.objectContaining({
      code: "invalid_input",
      detail: expect.objectContaining({
        issues: [expect.objectContaining({ path: "device", hint: expect.stringContaining("hostname") })],
      }),
    }),
  );
});

test("any name is taken for something, or refused as an input", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(deviceCalled(text).kind).toMatch(/^(id|ip|mac|name)$/);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: "invalid_input" });
      }
    }),
  );
});

test.each([
  [{ total: 1 }, 1, true],
  [{ total: 2 }, 1, false],
  [{}, 4_999, true],
  // As many as the vendor lists at most.
  [{}, 5_000, false],
  [{ total: 5_000 }, 5_000, true],
])("a list of assets with %j and %d of them is whole: %j", async (total, count, whole) => {
  const assets = Array.from({ length: count }, (_, nth) => ({ id: `asset-${nth}` }));
  const through = new RecordedRequests({ "assets-list-assets": { assets, ...total } });
  expect(await resolved(through, deviceCalled("ws-01"))).toMatchObject({ whole });
});
