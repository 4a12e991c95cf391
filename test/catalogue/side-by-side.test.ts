import { describe, expect, test } from "vitest";
import * as z from "zod";
import { requestOf } from "../../src/capabilities/ports.ts";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { coverageOf } from "../../src/path/coverage.ts";
import { type ChangeTool, portOf } from "../../src/toolkit/change.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import { encodeCursor } from "../../src/toolkit/lists/paging.ts";
import type { ReadTool } from "../../src/toolkit/read.ts";
import { device, type Search, type Simulated, simulated, tenOf } from "./simulated-vendor.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");

const unavailable = new Failure("upstream_unavailable", "It is away.", { next_step: "Wait." });
const absent: Search = () => ({ absent: { kind: "device", id: "x" } });
const fails: (failure: Error) => Search = (failure) => () => {
  throw failure;
};

function toolOf(vendors: readonly Simulated[], name = "search_devices"): ReadTool {
  const tool = catalogueOf(vendors).tool(name);
  if (tool?.kind !== "read") throw new TypeError(name);
  return tool;
}

function catalogueOf(vendors: readonly Simulated[]): Catalogue {
  const connectors = vendors.map(({ connector }) => connector);
  return new Catalogue({ connectors, tools: [], prompts: [], resources: [] });
}

function envOf(vendors: readonly Simulated[]): Env {
  return Object.assign({}, ...vendors.map(({ env }) => env)) as Env;
}

/** Asks vendors, of which `configured` are in use. */
async function ask(
  vendors: readonly Simulated[],
  input: object = {},
  {
    name = "search_devices",
    configured = vendors,
  }: { name?: string; configured?: readonly Simulated[] } = {},
) {
  const tool = toolOf(vendors, name);
  const outcome = await tool.run(tool.input.parse(input), {
    env: envOf(configured),
    principal: {
      tenant: "acme",
      subject: "ada",
      display: "Ada",
      roles: [],
      client_id: "c",
      scopes: [],
      session_id: "s",
    },
    now: NOW,
    upstream: () => {
      throw new TypeError("nothing is asked over a network");
    },
    progress: () => undefined,
  });
  const next_cursor = outcome.outcome === "found" ? (outcome.next_cursor ?? null) : null;
  return { outcome, next_cursor, coverage: coverageOf(outcome.sources, next_cursor) };
}

/** The ids that were found, in their order. */
function idsOf({ outcome }: Awaited<ReturnType<typeof ask>>): string[] {
  if (outcome.outcome !== "found") throw new TypeError(outcome.outcome);
  return (outcome.data as { devices: { device_id: string }[] }).devices.map(({ device_id }) => device_id);
}

const places = (cursor: string | null) =>
  JSON.parse(Buffer.from(cursor ?? "", "base64url").toString())[0] as Record<string, unknown>;

describe("a search of two sources", () => {
  test("asks both, side by side", async () => {
    let begun = 0;
    const { promise: bothBegan, resolve } = Promise.withResolvers<void>();
    const waits: Search = async () => {
      begun += 1;
      if (begun === 2) resolve();
      await bothBegan;
      return { data: { devices: [] } };
    };
    const { coverage } = await ask([simulated("alpha", waits), simulated("beta", waits)]);
    expect(coverage).toMatchObject({ complete: true, next_cursor: null });
  });

  test("groups a page by source, under ids that name it, and shares the limit evenly", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    const page = await ask(vendors, { limit: 5 });
    expect(idsOf(page)).toEqual(["alpha:alpha-0", "alpha:alpha-1", "beta:beta-0", "beta:beta-1"]);
    expect(vendors.map(({ asked }) => asked[0]?.page)).toEqual([
      { from: null, limit: 2 },
      { from: null, limit: 2 },
    ]);
    expect(page.coverage).toMatchObject({
      complete: false,
      sources: [
        { source: "alpha", status: "ok", count: 2, total: 10 },
        { source: "beta", status: "ok", count: 2, total: 10 },
      ],
    });
  });

  test("gets through everything once; who is done is left out, and the other has the whole limit", async () => {
    const short: Search = () => ({ data: { devices: [device("only")] } });
    const vendors = [simulated("alpha", short), simulated("beta")];
    const first = await ask(vendors, { limit: 8 });
    expect(places(first.next_cursor)).toEqual({ beta: 4 });
    const second = await ask(vendors, { limit: 8, cursor: first.next_cursor });
    expect(vendors[1]?.asked[1]?.page).toEqual({ from: 4, limit: 8 });
    expect(second.coverage).toMatchObject({
      complete: true,
      next_cursor: null,
      sources: [
        { source: "beta", status: "ok", count: 6 },
        { source: "alpha", status: "not_asked", count: 0 },
      ],
    });
    const found = [...idsOf(first), ...idsOf(second)];
    expect(found).toHaveLength(11);
    expect(new Set(found).size).toBe(11);
  });

  test("hands each source its own ids bare", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    await ask(vendors, { query: "beta:61cf" });
    expect(vendors[1]?.asked[0]?.input).toMatchObject({ query: "61cf" });
  });

  test.each([
    ["an id in its words", { query: "beta:61cf" }, ["ok", "not_asked"]],
    ["source", { source: ["beta"] }, ["ok"]],
  ])("is narrowed by %s", async (_, input, statuses) => {
    const vendors = [simulated("alpha"), simulated("beta")];
    const { coverage } = await ask(vendors, { ...input, limit: 100 });
    expect(vendors.map(({ asked }) => asked.length)).toEqual([0, 1]);
    expect(coverage.sources.map(({ status }) => status)).toEqual(statuses);
    expect(coverage.complete).toBe(true);
  });

  test("of whom none that source names has the id is refused", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    await expect(ask(vendors, { query: "beta:61cf", source: ["alpha"] })).rejects.toMatchObject({
      code: "invalid_input",
      detail: { issues: [{ path: "source", hint: expect.stringContaining("beta") }] },
    });
    expect(vendors.flatMap(({ asked }) => asked)).toEqual([]);
  });

  test("takes words that begin otherwise for words", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    await ask(vendors, { query: "02:00:00" });
    expect(vendors.map(({ asked }) => asked[0]?.input)).toMatchObject([
      { query: "02:00:00" },
      { query: "02:00:00" },
    ]);
  });
});

describe("one source of two", () => {
  test("that fails keeps its place, and its error is told beside what the other found", async () => {
    let away = false;
    const sometimes: Search = (input, page) =>
      away ? fails(unavailable)(input, page) : tenOf("alpha")(input, page);
    const vendors = [simulated("alpha", sometimes), simulated("beta")];
    const first = await ask(vendors, { limit: 8 });
    away = true;
    const second = await ask(vendors, { limit: 8, cursor: first.next_cursor });
    expect(second.coverage).toMatchObject({
      complete: false,
      sources: [
        { source: "alpha", status: "error", count: 0, error: { code: "upstream_unavailable" } },
        { source: "beta", status: "ok", count: 4 },
      ],
    });
    expect(places(second.next_cursor)).toEqual({ alpha: 4, beta: 8 });
    away = false;
    const third = await ask(vendors, { limit: 8, cursor: second.next_cursor });
    expect(idsOf(third)).toEqual(
      ["alpha-4", "alpha-5", "alpha-6", "alpha-7"]
        .map((id) => `alpha:${id}`)
        .concat(["beta:beta-8", "beta:beta-9"]),
    );
  });

  test("that fails at once is asked from its beginning again", async () => {
    const { next_cursor } = await ask([simulated("alpha", fails(unavailable)), simulated("beta")], {
      limit: 100,
    });
    expect(places(next_cursor)).toEqual({ alpha: null });
  });

  test("that doesn't have the filter says so, and isn't asked again", async () => {
    const vendors = [simulated("alpha", tenOf("alpha"), ["query"]), simulated("beta")];
    const { coverage } = await ask(vendors, { os: "linux", limit: 100 });
    expect(vendors[0]?.asked).toEqual([]);
    expect(coverage).toMatchObject({
      complete: false,
      next_cursor: null,
      sources: [
        { status: "error", error: { code: "unsupported_filter", issues: [{ path: "os" }] } },
        { status: "ok" },
      ],
    });
  });

  test("has a filter that it is asked by", async () => {
    const vendors = [simulated("alpha", tenOf("alpha"), ["query"]), simulated("beta")];
    const { coverage } = await ask(vendors, { query: "web", limit: 100 });
    expect(coverage.complete).toBe(true);
  });

  test("that this deployment doesn't use is off: no settings of it are read, and it has no next page", async () => {
    const vendors = [simulated("alpha"), simulated("beta")] as const;
    const { coverage } = await ask(vendors, { limit: 100 }, { configured: [vendors[1]] });
    expect(coverage).toMatchObject({
      complete: false,
      next_cursor: null,
      sources: [
        { source: "alpha", status: "off", error: { code: "tool_disabled" } },
        { source: "beta", status: "ok" },
      ],
    });
  });

  test("that knows nothing of it takes nothing from what the other found", async () => {
    const { coverage } = await ask([simulated("alpha", absent), simulated("beta")], { limit: 100 });
    expect(coverage).toMatchObject({
      complete: true,
      sources: [{ status: "not_found" }, { status: "ok", count: 10 }],
    });
  });

  test("that has a record which can't be read makes the answer incomplete", async () => {
    const partly: Search = () => ({ data: { devices: [] }, unreadable: 1 });
    const { coverage } = await ask([simulated("alpha", partly), simulated("beta")], { limit: 100 });
    expect(coverage).toMatchObject({ complete: false, unreadable: 1, next_cursor: null });
  });

  test("in which we fail ourselves fails the call", async () => {
    const ours = new TypeError("ours");
    await expect(ask([simulated("alpha", fails(ours)), simulated("beta")])).rejects.toBe(ours);
    const internal = new Failure("internal", "Ours.", { next_step: "Tell." });
    await expect(ask([simulated("alpha", fails(internal)), simulated("beta")])).rejects.toBe(internal);
  });
});

describe("where no source finds anything", () => {
  test("and all say so, the thing isn't found", async () => {
    const { outcome, coverage } = await ask([simulated("alpha", absent), simulated("beta", absent)]);
    expect(outcome).toMatchObject({ outcome: "not_found", resource: { kind: "device" } });
    expect(coverage).toMatchObject({
      complete: true,
      sources: [{ status: "not_found" }, { status: "not_found" }],
    });
  });

  test("and one failed, its error is the answer", async () => {
    await expect(ask([simulated("alpha", absent), simulated("beta", fails(unavailable))])).rejects.toBe(
      unavailable,
    );
  });

  test("and one is off, the thing isn't found by the other, and the answer isn't whole", async () => {
    const vendors = [simulated("alpha"), simulated("beta", absent)] as const;
    const { outcome, coverage } = await ask(vendors, {}, { configured: [vendors[1]] });
    expect(outcome.outcome).toBe("not_found");
    expect(coverage).toMatchObject({
      complete: false,
      sources: [{ status: "off" }, { status: "not_found" }],
    });
  });

  test("and one is off and one failed, the failure is the answer", async () => {
    const vendors = [simulated("alpha"), simulated("beta", fails(unavailable))] as const;
    await expect(ask(vendors, {}, { configured: [vendors[1]] })).rejects.toBe(unavailable);
  });

  test("because all are off, that is the answer", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    await expect(ask(vendors, {}, { configured: [] })).rejects.toMatchObject({ code: "tool_disabled" });
  });
});

describe("an id", () => {
  test("has one source; the other isn't asked", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    const { outcome, coverage } = await ask(vendors, { device_id: "beta:beta-7" }, { name: "get_device" });
    expect(outcome).toMatchObject({ outcome: "found", data: { device_id: "beta:beta-7" } });
    expect(coverage).toMatchObject({
      complete: true,
      sources: [
        { source: "beta", status: "ok", count: 1 },
        { source: "alpha", status: "not_asked" },
      ],
    });
  });

  test("that its source doesn't know isn't found, under the name that the caller gave it", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    const { outcome } = await ask(vendors, { device_id: "beta:nothing" }, { name: "get_device" });
    expect(outcome).toMatchObject({
      outcome: "not_found",
      resource: { kind: "device", id: "beta:nothing" },
      sources: [{ status: "not_found" }, { status: "not_asked" }],
    });
  });
});

describe("a cursor", () => {
  const question = `search_devices ${JSON.stringify([{ query: "web" }, undefined])}`;
  const made = (contents: Parameters<typeof encodeCursor>[0]) => encodeCursor(contents, question);

  test("as we give it out is taken", async () => {
    await expect(
      ask([simulated("alpha"), simulated("beta")], { query: "web", cursor: made({ alpha: 4 }) }),
    ).resolves.toMatchObject({ outcome: { outcome: "found" } });
  });

  test.each([
    ["no place at all", {}],
    ["a place that isn't its source's", { alpha: "four", beta: 0 }],
    ["only a place that isn't its source's", { alpha: -1 }],
    ["a source that there isn't", { alpha: 0, gamma: 0 }],
    ["no record of places", [0]],
  ])("that somebody made up is refused: %s", async (_, contents) => {
    const vendors = [simulated("alpha"), simulated("beta")];
    await expect(ask(vendors, { query: "web", cursor: made(contents) })).rejects.toMatchObject({
      code: "invalid_input",
      detail: { issues: [{ path: "cursor" }] },
    });
    expect(vendors.flatMap(({ asked }) => asked)).toEqual([]);
  });

  test("is good for no other question, and none that names other sources", async () => {
    const vendors = [simulated("alpha"), simulated("beta")];
    const { next_cursor: cursor } = await ask(vendors, { limit: 2 });
    for (const other of [{ query: "web" }, { source: ["alpha"] }]) {
      await expect(ask(vendors, { ...other, cursor })).rejects.toMatchObject({ code: "invalid_input" });
    }
  });
});

describe("where one source is all there is", () => {
  test("there is nothing to choose, and its limit is the caller's", async () => {
    const alpha = simulated("alpha");
    expect(Object.keys(toolOf([alpha]).input.shape)).not.toContain("source");
    expect(Object.keys(toolOf([alpha, simulated("beta")]).input.shape)).toContain("source");
    await ask([alpha], { limit: 7 });
    expect(alpha.asked[0]?.page.limit).toBe(7);
  });
});

describe("a change that two sources make", () => {
  const vendors = [simulated("alpha"), simulated("beta")];
  const changeOf = (name: string, of: readonly Simulated[] = vendors): ChangeTool =>
    catalogueOf(of).changeTool(name);

  test.each(["alpha", "beta"])("goes to the one in the id, which knows its own id alone: %s", (name) => {
    const tool = changeOf("contain_device");
    const input = { device_id: `${name}:61cf` };
    const port = portOf(tool, tool.target?.(input) ?? { kind: "", id: "" });
    expect(port.credential.name).toBe(`${name}.change`);
    expect(requestOf(port, input, { env: envOf(vendors), operation_id: "op_1" })).toMatchObject({
      path: "/61cf",
    });
  });

  test("goes nowhere for an id of none of them", () => {
    expect(() => portOf(changeOf("contain_device"), { kind: "device", id: "gamma:61cf" })).toThrow(TypeError);
  });

  test("and creates something needs to be told where", () => {
    const ticket = { title: "One", description: "More" };
    const { input } = changeOf("create_ticket");
    expect(z.safeParse(input, ticket).success).toBe(false);
    expect(z.safeParse(input, { ...ticket, source: "gamma" }).success).toBe(false);
    expect(z.safeParse(input, { ...ticket, source: "beta" }).success).toBe(true);
    expect(z.safeParse(changeOf("create_ticket", vendors.slice(0, 1)).input, ticket).success).toBe(true);
  });

  test("and creates something goes where it is told", () => {
    const port = portOf(changeOf("create_ticket"), { kind: "creation", id: "create_ticket/beta" });
    expect(port.credential.name).toBe("beta.change");
  });
});

test("a vendor serves a tool once", () => {
  const alpha = simulated("alpha");
  const twice = { ...alpha.connector, serves: [...alpha.connector.serves, ...alpha.connector.serves] };
  expect(() => catalogueOf([{ ...alpha, connector: twice }])).toThrow("alpha serves search_devices twice");
});
