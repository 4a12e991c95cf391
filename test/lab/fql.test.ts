import { describe, expect, it } from "vitest";
import { FqlError } from "../../lab/crowdstrike/fql.ts";
import { queryDevices } from "../../lab/crowdstrike/hosts/device-query.ts";
import { type DeviceRecord, deviceRecord } from "../../lab/crowdstrike/hosts/device-record.ts";
import { hosts } from "../../lab/estate/hosts.ts";

const now = Date.parse("2026-11-22T10:00:00Z");
const [template] = hosts;
if (!template) throw new Error("the estate is empty");

const device = (hostname: string, properties: Partial<DeviceRecord> = {}): DeviceRecord => ({
  ...deviceRecord({ ...template, hostname }, "normal", { lastSeen: now, firstSeen: now, changed: undefined }),
  ...properties,
});

const devices = [
  device("BOS-LT-01", { criticality: "low", local_ip: "10.20.0.11", tags: ["FalconGroupingTags/Finance"] }),
  device("BOS-LT-02", { criticality: "high", status: "contained", last_seen: "2026-11-10T00:00:00Z" }),
  device("FRA-APP-01", { criticality: "high", platform_name: "Linux", last_seen: "2026-09-01T00:00:00Z" }),
  device("O'Hara's Mac*", { criticality: "medium", platform_name: "Mac" }),
];

const found = (filter: string) => queryDevices(devices, filter, null, now).map(({ hostname }) => hostname);

describe("a Falcon filter", () => {
  it.each([
    ["hostname:'BOS-LT-01'", ["BOS-LT-01"]],
    ["hostname:'bos-lt-01'", ["BOS-LT-01"]],
    ["hostname:*'*LT*'", ["BOS-LT-01", "BOS-LT-02"]],
    ["hostname:~*'*app*'", ["FRA-APP-01"]],
    ["hostname:'BOS*'", ["BOS-LT-01", "BOS-LT-02"]],
    ["hostname:~'lt 02'", ["BOS-LT-02"]],
    ["hostname:['BOS-LT-01','FRA-APP-01']", ["BOS-LT-01", "FRA-APP-01"]],
    ["hostname:!['BOS-LT-01','FRA-APP-01']", ["BOS-LT-02", "O'Hara's Mac*"]],
    ["status:'contained'", ["BOS-LT-02"]],
    ["status:!'normal'", ["BOS-LT-02"]],
    ["criticality:'high'", ["BOS-LT-02", "FRA-APP-01"]],
    ["platform_name:'Linux'", ["FRA-APP-01"]],
    ["local_ip:'10.20.0.11'+hostname:'BOS-LT-01'", ["BOS-LT-01"]],
    ["tags:'FalconGroupingTags/Finance'", ["BOS-LT-01"]],
    ["tags:!'FalconGroupingTags/Finance'+platform_name:'Mac'", ["O'Hara's Mac*"]],
    ["last_seen:>='2026-11-10T00:00:00Z'+criticality:'high'", ["BOS-LT-02"]],
    ["last_seen:<'2026-11-10T00:00:00Z'", ["FRA-APP-01"]],
    ["last_seen:<'now-30d'", ["FRA-APP-01"]],
    ["last_seen:>'now-1h'+platform_name:'Mac'", ["O'Hara's Mac*"]],
    ["criticality:'high'+status:'normal',platform_name:'Mac'", ["FRA-APP-01", "O'Hara's Mac*"]],
    ["criticality:'high'+(status:'normal',platform_name:'Mac')", ["FRA-APP-01"]],
    ["( status:'contained' , criticality:'low' )", ["BOS-LT-01", "BOS-LT-02"]],
  ])("%s", (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it("keeps an escaped quote and an escaped asterisk literal", () => {
    expect(found(String.raw`hostname:'O\'Hara\'s Mac\*'`)).toEqual(["O'Hara's Mac*"]);
    expect(found(String.raw`hostname:*'*\**'`)).toEqual(["O'Hara's Mac*"]);
  });

  it("can't be broken out of by an escaped value", () => {
    expect(found(String.raw`hostname:'x\',status:\'contained'`)).toEqual([]);
  });

  it.each([
    "hostname",
    "hostname:",
    "hostname='x'",
    "hostname:'x",
    "hostname:x",
    "hostname:'x'status:'y'",
    "hostname:'x'+",
    "(hostname:'x'",
    "hostname:['x'",
    "hostname:>'x'",
    "colour:'red'",
    "last_seen:>'yesterday'",
    "last_seen:*'2026*'",
    "hostname:**'x'",
    "constructor:'x'",
  ])("is refused when it isn't understood: %s", (filter) => {
    expect(() => found(filter)).toThrow(FqlError);
  });
});
