/** What two controls read of Falcon: everything once, in answers that are short enough, and nothing unknown as a pass. */

import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { unassignedForADay } from "../../../../src/catalogue/controls/reads/detections.ts";
import { devices } from "../../../../src/catalogue/controls/reads/devices.ts";
import { crowdstrike } from "../../../../src/connectors/crowdstrike/errors.ts";
import { answerTooLarge } from "../../../../src/toolkit/upstream/failures.ts";
import type { Upstream, UpstreamRequest } from "../../../../src/toolkit/upstream/upstream.ts";
import { ALERT } from "../../../connectors/crowdstrike/alerts.ts";
import { DEVICE } from "../../../connectors/crowdstrike/device.ts";

const now = Date.parse("2026-11-30T00:00:00Z");
const context = { env: {} as Env, now };

/** Falcon with these ids, as long as it isn't asked for too much at once. */
class Falcon implements Upstream {
  readonly source = "crowdstrike";
  readonly described: number[] = [];
  readonly #ids: readonly string[];
  readonly #record: (id: string) => object;
  readonly #most: number;

  constructor(ids: readonly string[], record: (id: string) => object, most = Number.POSITIVE_INFINITY) {
    this.#ids = ids;
    this.#record = record;
    this.#most = most;
  }

  async read<Schema extends z.ZodType>(request: UpstreamRequest, schema: Schema): Promise<z.output<Schema>> {
    return schema.parse(request.method === "GET" ? this.#page(request) : this.#described(request));
  }

  readWithHeaders(): never {
    throw new Error("not asked");
  }

  readList(): never {
    throw new Error("not asked");
  }

  #page({ query = {} }: UpstreamRequest): unknown {
    const [offset, limit] = [Number(query.offset), Number(query.limit)];
    const resources = this.#ids.slice(offset, offset + limit);
    return { resources, meta: { pagination: { offset, total: this.#ids.length } } };
  }

  #described({ operation, json = {} }: UpstreamRequest): unknown {
    const ids = (json.ids ?? json.composite_ids) as string[];
    if (ids.length > this.#most) throw answerTooLarge(crowdstrike, operation);
    this.described.push(ids.length);
    return { resources: ids.map(this.#record) };
  }
}

const ids = (count: number) => Array.from({ length: count }, (_, nth) => `id-${nth}`);
const alert =
  (changes: object = {}) =>
  (composite_id: string) => ({ ...ALERT, composite_id, ...changes });
const device =
  (changes: object = {}) =>
  (device_id: string) => ({ ...DEVICE, device_id, ...changes });

describe("all devices", () => {
  test("are read in quarters where the answers would be too long", async () => {
    const falcon = new Falcon(ids(900), device(), 300);
    const { items, error, more } = await devices.run(falcon, context);
    expect(new Set(items.map(({ device_id }) => device_id)).size).toBe(900);
    expect([items.length, error, more]).toEqual([900, null, false]);
    expect(falcon.described).toEqual([125, 125, 125, 125, 125, 125, 125, 25]);
  });

  test("count once each, and aren't all there where a page is another one again", async () => {
    const falcon = new Falcon([...ids(5_000), ...ids(5_000)].slice(0, 9_999), device());
    const { items, error, more } = await devices.run(falcon, context);
    expect([items.length, more]).toEqual([5_000, false]);
    expect(error).toMatchObject({ code: "upstream_unavailable" });
  });

  test("are not all there where the vendor lists no further", async () => {
    const { items, more } = await devices.run(new Falcon(ids(10_001), device()), context);
    expect([items.length, more]).toEqual([10_000, true]);
  });

  test.each([{ last_seen: undefined }, { last_seen: null }, { last_seen: "0001-01-01T00:00:00Z" }])(
    "are not all known where one lacks when it was seen: %j",
    async (changes) => {
      const falcon = new Falcon(ids(2), (id) => device(id === "id-1" ? changes : {})(id));
      const { items, error } = await devices.run(falcon, context);
      expect(items).toHaveLength(1);
      expect(error?.message).toContain("when the sensor was last seen of 1 of them");
    },
  );

  test("are not all known where one can't be read, or isn't described", async () => {
    const broken = new Falcon(ids(2), (id) => device(id === "id-1" ? { status: 7 } : {})(id));
    expect((await devices.run(broken, context)).error?.message).toContain("1 of them");
    const gone = new Falcon(ids(2), (id) => device()(id));
    const described = gone.read.bind(gone);
    gone.read = async (request, schema) =>
      request.method === "POST"
        ? schema.parse({ resources: [device()("id-0")] })
        : described(request, schema);
    expect(await devices.run(gone, context)).toMatchObject({ error: { code: "upstream_unavailable" } });
  });
});

describe("detections that nobody took for a day", () => {
  const read = (changes: object) => unassignedForADay.run(new Falcon(["a"], alert(changes)), context);

  test("are those that are open, severe and unassigned", async () => {
    expect((await read({})).items.map(({ detection_id }) => detection_id)).toEqual(["a"]);
    expect((await read({ assigned_to_name: undefined, assigned_to_uid: undefined })).items).toHaveLength(1);
    expect((await read({ severity_name: undefined })).items).toHaveLength(1);
  });

  test.each([
    ["assigned", { assigned_to_name: "Rosa Ferreira" }],
    ["assigned to an address", { assigned_to_uid: "rosa@acme.test" }],
    ["closed", { status: "closed" }],
    ["of a lower number, without a word", { severity: 30, severity_name: undefined }],
    ["new since", { created_timestamp: "2026-11-29T12:00:00Z" }],
    ["of unknown severity, and assigned", { severity: null, severity_name: null, assigned_to_uid: "rosa" }],
    ["of unknown severity, and closed", { severity: null, severity_name: null, status: "closed" }],
    ["of unknown status, and of a lower severity", { status: "auto_closed", severity_name: "Low" }],
  ])("are not those that are %s, whatever else is unknown of them", async (_, changes) => {
    expect(await read(changes)).toEqual({ items: [], error: null, more: false });
  });

  test.each([
    ["severity", { severity: undefined, severity_name: undefined }],
    ["severity that we know", { severity: undefined, severity_name: "Dire" }],
    ["status", { status: undefined }],
    ["status that we know", { status: "parked" }],
    ["time", { created_timestamp: undefined }],
  ])("may be those without a %s, so that the control can't pass", async (_, changes) => {
    const { items, error } = await read(changes);
    expect(items).toEqual([]);
    expect(error?.message).toContain("severity, status or time of 1 of them");
  });

  test("are read in smaller pieces where the answer is too long", async () => {
    const falcon = new Falcon(ids(500), alert(), 400);
    expect(await unassignedForADay.run(falcon, context)).toMatchObject({ error: null, more: false });
    expect(falcon.described).toEqual([125, 125, 125, 125]);
  });

  test("are more than a check reads where there are more", async () => {
    expect(await unassignedForADay.run(new Falcon(ids(4_001), alert()), context)).toMatchObject({
      more: true,
    });
  });
});
