import { describe, expect, test } from "vitest";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";
import { canonicalInput, type Source } from "../../src/path/canonical.ts";
import type { Connector } from "../../src/toolkit/connector.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import type { Json, JsonObject } from "../../src/toolkit/json.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { simulated } from "../catalogue/simulated-vendor.ts";
import { catalogue } from "../support/deployed.ts";

const FALCON: Source = { name: "crowdstrike", used: true };
const OTHER: Source = { name: "other", used: true };
const UNUSED: Source = { name: "unused", used: false };

function named(name: string): Tool {
  const tool = catalogue.tool(name);
  if (tool === undefined) throw new TypeError(name);
  return tool;
}

/** What becomes of an argument, where these sources have things of every capability. */
const become = (tool: Tool, input: JsonObject, sources: readonly Source[]): JsonObject =>
  canonicalInput(tool, input, () => sources);

const device = (device_id: Json, ...sources: Source[]) =>
  become(named("get_device"), { device_id }, sources).device_id;

/** The issues of what is refused. */
function issuesOf(work: () => unknown) {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === "invalid_input") return thrown.detail.issues;
    throw thrown;
  }
  throw new TypeError("it was not refused");
}

describe("an id", () => {
  test.each([
    ["bare, gets the only source there is", ["61cf"], [FALCON], "crowdstrike:61cf"],
    ["bare, gets the only source there is though it isn't configured", ["61cf"], [UNUSED], "unused:61cf"],
    ["bare, gets the only source that is configured", ["61cf"], [UNUSED, FALCON], "crowdstrike:61cf"],
    ["with its source, stays", ["crowdstrike:61cf"], [FALCON, OTHER], "crowdstrike:61cf"],
    ["with a source that isn't configured, stays", ["unused:61cf"], [UNUSED, FALCON], "unused:61cf"],
    [
      "with colons of its own, gets its source before all of it",
      ["c1d:ind:4id:77-1"],
      [FALCON],
      "crowdstrike:c1d:ind:4id:77-1",
    ],
    [
      "with colons of its own and its source, stays",
      ["crowdstrike:c1d:ind:4id:77-1"],
      [FALCON, OTHER],
      "crowdstrike:c1d:ind:4id:77-1",
    ],
    [
      "with what is no source before it, is taken whole",
      ["nobody:61cf"],
      [FALCON],
      "crowdstrike:nobody:61cf",
    ],
    [
      "that is a source and nothing else, is taken whole",
      ["crowdstrike:"],
      [FALCON],
      "crowdstrike:crowdstrike:",
    ],
    ["of things that no vendor has, stays", ["61cf"], [], "61cf"],
  ] as const)("%s", (_, [id], sources, expected) => {
    expect(device(id, ...sources)).toBe(expected);
  });

  test.each([
    ["bare", "61cf"],
    ["with what is no source before it", "nobody:61cf"],
    ["with colons of its own", "c1d:ind:4id:77-1"],
  ])("%s, is refused where several sources are configured, and they are named", (_, id) => {
    expect(issuesOf(() => device(id, FALCON, OTHER, UNUSED))).toMatchObject([
      {
        path: "device_id",
        hint: expect.stringContaining(`crowdstrike:${id}`),
        expected: "crowdstrike:… or other:…",
      },
    ]);
  });

  test("is refused where none of several is configured, and all are named", () => {
    const gone = { name: "gone", used: false };
    expect(issuesOf(() => device("61cf", UNUSED, gone))).toMatchObject([{ expected: "unused:… or gone:…" }]);
  });

  test("in a list is treated as any other", () => {
    const alert_ids = ["a1", "crowdstrike:a2"];
    expect(become(named("get_device"), { alert_ids }, [FALCON])).toEqual({
      alert_ids: ["crowdstrike:a1", "crowdstrike:a2"],
    });
    expect(become(named("get_device"), { alert_ids: ["a1"] }, [FALCON])).toEqual({
      alert_ids: ["crowdstrike:a1"],
    });
  });

  test("is found by its argument's name, and the rest stays as it is", () => {
    const input = { device_id: "61cf", query: "61cf", limit: 3, group: "crowdstrike" };
    expect(become(named("get_device"), input, [FALCON])).toEqual({ ...input, device_id: "crowdstrike:61cf" });
    expect(become(named("get_device"), { query: "61cf" }, [FALCON, OTHER])).toEqual({ query: "61cf" });
  });

  test("has the sources of its own capability", () => {
    const sources = (capability: string) => (capability === "identities" ? [OTHER] : [FALCON]);
    expect(canonicalInput(named("get_device"), { device_id: "1", user_id: "2" }, sources)).toEqual({
      device_id: "crowdstrike:1",
      user_id: "other:2",
    });
  });
});

describe("a change", () => {
  test("at a source that can make it goes on", () => {
    expect(become(named("contain_device"), { device_id: "61cf" }, [FALCON])).toEqual({
      device_id: "crowdstrike:61cf",
    });
  });

  test("at a source that can't make it is refused, and those that can are named", () => {
    expect(
      issuesOf(() => become(named("contain_device"), { device_id: "other:61cf" }, [FALCON, OTHER])),
    ).toMatchObject([
      { path: "device_id", expected: "crowdstrike:…", hint: expect.stringContaining("only at crowdstrike") },
    ]);
    expect(become(named("get_device"), { device_id: "other:61cf" }, [FALCON, OTHER])).toEqual({
      device_id: "other:61cf",
    });
  });

  test("that creates something at one source takes no ids of another", () => {
    const { connectors } = deployment;
    const elastic = connectors.filter(({ vendor }) => vendor.name === "elastic");
    const { connector, read, change } = simulated("alpha");
    const second = {
      ...connector,
      serves: elastic
        .flatMap(({ serves }) => serves)
        .filter((served) => served.kind === "change" && served.spec.name === "open_case")
        .map((served) => ({
          ...served,
          port: { ...served.port, credential: change, read_credential: read },
        })),
    } as Connector;
    const openCase = new Catalogue({
      connectors: [...elastic, second],
      tools: [],
      prompts: [],
      resources: [],
    }).changeTool("open_case");
    const sources = [
      { name: "elastic", used: true },
      { name: "alpha", used: true },
    ];
    const asked = (source: string) => ({ source, alert_ids: ["alpha:a1"] });
    expect(become(openCase, asked("alpha"), sources)).toEqual(asked("alpha"));
    expect(issuesOf(() => become(openCase, asked("elastic"), sources))).toMatchObject([
      { path: "alert_ids", expected: "elastic:…" },
    ]);
  });
});
