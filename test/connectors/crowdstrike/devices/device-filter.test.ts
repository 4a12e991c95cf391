import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Fql, parseFql, unescapeFql } from "../../../../lab/crowdstrike/fql.ts";
import { DeviceQuery } from "../../../../src/capabilities/devices/search-devices.ts";
import { addressesIn } from "../../../../src/connectors/crowdstrike/devices/cidr.ts";
import { deviceSearch } from "../../../../src/connectors/crowdstrike/devices/device-filter.ts";
import { clause } from "../../../../src/connectors/crowdstrike/fql.ts";
import { asFailure } from "../../../../src/toolkit/failure.ts";
import { readTool } from "../../../support/deployed.ts";

const searchDevices = readTool("search_devices");

const ID = "0123456789abcdef0123456789abcdef";
const MAC = "mac_address:'00-00-5e-00-53-0a'";
const filterOf = (asked: Parameters<typeof deviceSearch>[0]) => deviceSearch(asked).filter;

describe("a query becomes", () => {
  test.each([
    ["a part of a name, or a whole serial number", "LT-0", "(hostname:*'*LT-0*',serial_number:'LT-0')"],
    ["a pattern of a name, with the caller's own asterisks", "BOS-*", "hostname:*'BOS-*'"],
    ["a name with spaces", "Pixel 8 of", "(hostname:*'*Pixel 8 of*',serial_number:'Pixel 8 of')"],
    [
      "a name with its domain, which may stand in a property of its own",
      "ws-01.corp.example",
      "(hostname:*'*ws-01.corp.example*',serial_number:'ws-01.corp.example',(hostname:'ws-01'+machine_domain:'corp.example'))",
    ],
    ["an address, on either side", "10.20.0.11", "(local_ip:'10.20.0.11',external_ip:'10.20.0.11')"],
    ["an IPv6 address", "2001:db8::1", "(local_ip:'2001:db8::1',external_ip:'2001:db8::1')"],
    ["a part of an address", "10.0.0.*", "local_ip.raw:*'10.0.0.*'"],
    ["the end of an address", "*.0.2.100", "local_ip.raw:*'*.0.2.100'"],
    ["a range", "10.0.0.0/24", "local_ip.raw:*'10.0.0.*'"],
    ["a wider range", "10.1.6.9/23", "(local_ip.raw:*'10.1.6.*',local_ip.raw:*'10.1.7.*')"],
    ["a narrow range", "10.0.0.5/31", "(local_ip:'10.0.0.4',local_ip:'10.0.0.5')"],
    ["a MAC address", "00:00:5E:00:53:0A", MAC],
    ["a MAC address with hyphens", "00-00-5e-00-53-0a", MAC],
    ["a MAC address in Cisco's form", "0000.5e00.530a", MAC],
    [
      "a MAC address without separators, or what else that may be",
      "00005E00530A",
      `(${MAC},(hostname:*'*00005E00530A*',serial_number:'00005E00530A'))`,
    ],
    ["an id", ID, `device_id:'${ID}'`],
    ["an id in capitals", ID.toUpperCase(), `device_id:'${ID}'`],
  ])("%s", (_, query, filter) => {
    expect(filterOf({ query })).toBe(filter);
    parseFql(filter);
  });
});

describe("a query that no filter can say is refused, by the name of the argument", () => {
  test.each([
    "O'Hara",
    "CORP\\host",
    "BOS-LT-0?",
    "*",
    "2001:db8::/32",
    "10.0.0.0/17",
    "10.0.0.0/33",
    "10.0.0.0/0",
    "a/b",
    "00:50:56:*",
    "2001:db8:*",
  ])("%s", (query) => {
    expect(DeviceQuery.safeParse(query).success).toBe(true);
    const thrown = (() => {
      try {
        return filterOf({ query });
      } catch (failure) {
        return asFailure(failure);
      }
    })();
    expect(thrown).toMatchObject({
      kind: "invalid_request",
      code: "unsupported_filter",
      detail: { issues: [{ path: "query" }] },
    });
  });

  test("and so are more conditions than a filter holds", () => {
    const asked = { criticality: "unknown", query: "10.0.0.0/20" } as const;
    expect(() => filterOf(asked)).toThrow(expect.objectContaining({ code: "unsupported_filter" }));
  });
});

test.each(["", "  ", "a\nb", "a\u202eb", "a".repeat(129)])("no query may be %j", (query) => {
  expect(DeviceQuery.safeParse(query).success).toBe(false);
});

/** How many conditions hold at once: what the caller asked for, and not one more. */
function conditions(filter: Fql): number {
  return filter.kind === "and" ? filter.terms.length : 1;
}

test("no arguments that are let through say more than what they ask for", () => {
  const hostile = fc.string({ unit: fc.constantFrom(..."aB1.-_*'\\+,:()[]/ \n"), maxLength: 24 });
  const asked = fc.record({ query: hostile, group: hostile }, { requiredKeys: [] });
  fc.assert(
    fc.property(asked, (input) => {
      const parsed = searchDevices.input.safeParse(input);
      if (!parsed.success) return;
      let filter: string | null;
      try {
        filter = filterOf(parsed.data);
      } catch (thrown) {
        expect(asFailure(thrown).code).toBe("unsupported_filter");
        return;
      }
      const wanted = Object.keys(input).length;
      if (filter === null) expect(wanted).toBe(0);
      else expect(conditions(parseFql(filter))).toBe(wanted);
    }),
    { numRuns: 3000 },
  );
});

test("a quoted value is one value, whatever it holds", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."a'\\+,:()[]*") }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const parsed = parseFql(clause("hostname", value));
      expect(parsed).toMatchObject({ kind: "clause", property: "hostname", operator: "" });
      if (parsed.kind === "clause") expect(parsed.values.map(unescapeFql)).toEqual([value]);
    }),
  );
});

test("a range is the addresses that lie in it, and no others", () => {
  const inRange = (address: string, base: number, bits: number) =>
    number(address) >>> (32 - bits) === base >>> (32 - bits);
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 20, max: 32 }), (address, bits) => {
      const patterns = addressesIn(`${address}/${bits}`);
      if (patterns === null) return;
      for (const pattern of patterns) {
        expect(inRange(pattern.replaceAll("*", "0"), number(address), bits)).toBe(true);
        expect(inRange(pattern.replaceAll("*", "255"), number(address), bits)).toBe(true);
      }
      const size = patterns.reduce((sum, pattern) => sum + (pattern.includes("*") ? 256 : 1), 0);
      expect(size).toBe(2 ** (32 - bits));
    }),
  );
});

function number(address: string): number {
  return address.split(".").reduce((sum, octet) => (sum << 8) + Number(octet), 0) >>> 0;
}

/** Every filter of the search, and what is sent for it. */
describe("a search for devices sends", () => {
  test.each([
    [{}, null],
    [{ os: "macos" }, "platform_name:'Mac'"],
    [{ os: "ios" }, "platform_name:'iOS'"],
    [{ group: ID }, `groups:'${ID}'`],
    [
      { group: "Finance" },
      "(tags:'Finance',tags:'FalconGroupingTags/Finance',tags:'SensorGroupingTags/Finance')",
    ],
    [{ containment: "pending" }, "status:'containment_pending'"],
    [{ containment: "lifting" }, "status:'lift_containment_pending'"],
    [{ criticality: "medium" }, "(criticality:'medium',criticality:'Medium')"],
    [
      { criticality: "unknown" },
      "criticality:!'low'+criticality:!'Low'+criticality:!'noncritical'+criticality:!'Noncritical'+criticality:!'medium'+criticality:!'Medium'+criticality:!'high'+criticality:!'High'+criticality:!'critical'+criticality:!'Critical'",
    ],
    [{ last_seen_before: "2026-11-22T11:00:00+01:00" }, "last_seen:<'2026-11-22T10:00:00.000Z'"],
    [{ os: "linux", containment: "normal" }, "platform_name:'Linux'+status:'normal'"],
  ] as const)("for %j: %s", (asked, filter) => {
    expect(filterOf(searchDevices.input.parse(asked))).toBe(filter);
  });
});
