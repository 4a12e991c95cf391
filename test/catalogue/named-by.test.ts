import { describe, expect, test } from "vitest";
import { getDevice } from "../../src/capabilities/devices/get-device.ts";
import { searchVulnerabilities } from "../../src/capabilities/vulnerabilities/search-vulnerabilities.ts";
import { sideBySide } from "../../src/catalogue/side-by-side.ts";
import type { AnyReadPort } from "../../src/toolkit/connector.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import type { Role } from "../../src/toolkit/scopes.ts";
import { device, type Simulated, simulated } from "./simulated-vendor.ts";

const sensor = simulated("sensor");
const scanner = simulated("scanner");
const env = { ...sensor.env, ...scanner.env } as unknown as Env;

const NAMES = { hostname: "web-1", mac: "02-00-00-00-00-01", ip: "10.0.0.1", serial_number: "SN0001" };

/** What the scanner was asked for, in order. */
let sought: unknown[] = [];

/** A scanner that knows one device, under one name. */
function knows(known: string | null, { read }: Simulated): AnyReadPort {
  return {
    credentials: [read],
    position: searchVulnerabilities.input.shape.limit,
    async read({ device: name }, { from }) {
      sought.push(name);
      if (name !== known) return { absent: { kind: "device", id: String(name) } };
      return {
        data: { vulnerabilities: [] },
        matched: [{ id: "asset", by: "mac" }],
        next: from === null ? 1 : null,
      };
    },
  };
}

/** A sensor that answers for a device so. */
function keeps(read: AnyReadPort["read"]): AnyReadPort {
  return { credentials: [sensor.read], read };
}

const withNames = keeps(async ({ device_id }) => ({ data: device(device_id, NAMES) }));

interface Asking {
  readonly asked?: object;
  readonly known?: string | null;
  readonly keeper?: AnyReadPort;
  readonly scopes?: readonly string[];
  readonly roles?: readonly Role[];
}

function ask({
  asked = { device: "sensor:61cf" },
  known = null,
  keeper = withNames,
  scopes = ["devices:read"],
  roles = ["viewer"],
}: Asking) {
  sought = [];
  const tool = sideBySide(searchVulnerabilities, { scanner: knows(known, scanner) }, (spec) =>
    spec === getDevice ? { sensor: keeper } : {},
  );
  return tool.run(tool.input.parse(asked), {
    env,
    principal: {
      tenant: "acme",
      subject: "ada",
      display: "Ada",
      roles,
      client_id: "c",
      scopes,
      session_id: "s",
    },
    now: Date.parse("2026-11-22T10:00:00Z"),
    upstream: () => {
      throw new TypeError("nothing is asked over a network");
    },
    progress: () => undefined,
  });
}

describe("a device that another source's id names", () => {
  test.each([
    ["hostname", NAMES.hostname, 1],
    ["MAC", NAMES.mac, 2],
    ["address", NAMES.ip, 3],
    ["serial number", NAMES.serial_number, 4],
  ])("is found by its %s, where it isn't by what comes before", async (_, known, times) => {
    expect(await ask({ known })).toMatchObject({
      outcome: "found",
      sources: [{ source: "scanner", status: "ok", matched: [{ id: "scanner:asset", by: "mac" }] }],
    });
    expect(sought).toEqual(Object.values(NAMES).slice(0, times));
  });

  test("is found by the same name on the next page", async () => {
    const first = await ask({ known: NAMES.mac });
    const cursor = first.outcome === "found" ? first.next_cursor : null;
    expect(await ask({ known: NAMES.mac, asked: { device: "sensor:61cf", cursor } })).toMatchObject({
      outcome: "found",
      next_cursor: null,
    });
  });

  test("and that the scanner knows by no name isn't found there, under the id that was given", async () => {
    expect(await ask({})).toMatchObject({
      outcome: "not_found",
      resource: { kind: "device", id: "sensor:61cf" },
      sources: [{ source: "scanner", status: "not_found" }],
    });
    expect(sought).toEqual(Object.values(NAMES));
  });

  test("and that its source doesn't know isn't found, and no scanner is asked", async () => {
    const keeper = keeps(async ({ device_id }) => ({ absent: { kind: "device", id: device_id } }));
    expect(await ask({ keeper })).toMatchObject({
      outcome: "not_found",
      resource: { kind: "device", id: "sensor:61cf" },
      sources: [
        { source: "sensor", status: "not_found" },
        { source: "scanner", status: "not_asked" },
      ],
    });
    expect(sought).toEqual([]);
  });

  test("is asked for by its source's own id", async () => {
    let asked: unknown;
    const keeper = keeps(async (input) => {
      asked = input;
      return { data: device("61cf", NAMES) };
    });
    await ask({ keeper, known: NAMES.hostname });
    expect(asked).toEqual({ device_id: "61cf" });
  });

  test("and has neither name nor address can't be searched for", async () => {
    const keeper = keeps(async ({ device_id }) => ({ data: device(device_id) }));
    await expect(ask({ keeper })).rejects.toMatchObject({
      code: "invalid_input",
      detail: { issues: [{ path: "device" }] },
    });
    expect(sought).toEqual([]);
  });

  test("fails with its source", async () => {
    const away = new Failure("upstream_unavailable", "It is away.", { next_step: "Wait." });
    await expect(ask({ keeper: keeps(() => Promise.reject(away)) })).rejects.toBe(away);
    expect(sought).toEqual([]);
  });

  test.each<[string, Asking]>([
    ["token", { scopes: ["vulnerabilities:read"] }],
    ["role", { roles: [] }],
  ])("needs the scope for devices, in the %s too, and says that a name does without", async (_, without) => {
    await expect(ask({ ...without, known: NAMES.hostname })).rejects.toMatchObject({
      code: "scope_missing",
      detail: {
        required_scopes: expect.arrayContaining(["devices:read"]),
        next_step: expect.stringContaining("name or an address"),
      },
    });
    expect(sought).toEqual([]);
  });
});

test.each(["web-1", "nobody:61cf", "02:00:00:00:00:01"])(
  "a device that no source's id names is asked for as it is: %s",
  async (name) => {
    const keeper = keeps(() => Promise.reject(new TypeError("it was asked")));
    expect(await ask({ asked: { device: name }, known: name, keeper, scopes: [] })).toMatchObject({
      outcome: "found",
    });
    expect(sought).toEqual([name]);
  },
);

test("the scanner's own id reaches it bare", async () => {
  await ask({ asked: { device: "scanner:asset" }, known: "asset", scopes: [] });
  expect(sought).toEqual(["asset"]);
});

test("a question without a device has no names to find", async () => {
  await ask({ asked: {}, scopes: [] });
  expect(sought).toEqual([undefined]);
});
