import { describe, expect, test } from "vitest";
import { conclusionOf, inspected, requestOf } from "../../src/capabilities/ports.ts";
import type { AnyChangePort, Conclusion, Inspection } from "../../src/toolkit/change.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import { refusingUpstream } from "../../src/toolkit/upstream/upstream.ts";
import { simulated } from "../catalogue/simulated-vendor.ts";

const { connector, env: variables, change, read } = simulated("alpha");
const env = variables as unknown as Env;
const failure = new Failure("upstream_unavailable", "It is away.", { next_step: "Wait." });
const upstream = refusingUpstream("alpha", failure);
const looking = { env, upstream, operation_id: "op_1" };
const answer = { status: 200, headers: new Headers(), body: "", at: 0 };
const input = { device_id: "alpha:61cf" };

/** What the port was called with. */
const heard: unknown[] = [];

function port(
  answers: { inspection?: Inspection<unknown>; conclusion?: Conclusion<unknown> } = {},
): AnyChangePort {
  const [port] = connector.serves.flatMap((served) => (served.kind === "change" ? [served.port] : []));
  if (port === undefined) throw new TypeError("the vendor changes nothing");
  heard.length = 0;
  return {
    ...port,
    credential: change,
    read_credential: read,
    async inspect(...asked) {
      heard.push(...asked);
      return answers.inspection ?? { exists: false };
    },
    request(...asked) {
      heard.push(...asked);
      return { operation: "contain", method: "POST", path: "/" };
    },
    conclude(_answer, asked) {
      heard.push(asked);
      return answers.conclusion ?? { outcome: "unknown", failure };
    },
  };
}

describe("a port that looks at a target", () => {
  test("knows its own id alone, and its own settings", async () => {
    await inspected(port(), input, looking);
    expect(heard).toEqual([
      { device_id: "61cf" },
      { settings: { ALPHA_BASE_URL: "https://alpha.example" }, upstream, operation_id: "op_1" },
    ]);
  });

  test("answers under the id that everybody knows", async () => {
    const seen = { exists: true, attributes: {}, in_effect: true } as const;
    const inspection = { ...seen, data: { device_id: "61cf", hostname: "web" } };
    expect(await inspected(port({ inspection }), input, looking)).toEqual({
      ...seen,
      data: { device_id: "alpha:61cf", hostname: "web" },
    });
  });

  test("says that there is none, or that there is nothing to show", async () => {
    expect(await inspected(port(), input, looking)).toEqual({ exists: false });
    const inspection = { exists: true, attributes: {}, in_effect: false, data: null } as const;
    expect(await inspected(port({ inspection }), input, looking)).toEqual(inspection);
  });
});

test("a port makes its request of its own id", () => {
  requestOf(port(), input, { env, operation_id: "op_1" });
  expect(heard).toEqual([
    { device_id: "61cf" },
    { settings: { ALPHA_BASE_URL: "https://alpha.example" }, operation_id: "op_1" },
  ]);
});

describe("a port that judges an answer", () => {
  const asked = { input, operation_id: "op_1", before: { device_id: "alpha:61cf", hostname: "web" } };

  test("knows its own id alone, in what was asked and in what was before", () => {
    const one = port();
    conclusionOf(one, answer, asked);
    conclusionOf(one, answer, { ...asked, before: null });
    const own = { input: { device_id: "61cf" }, operation_id: "op_1" };
    expect(heard).toEqual([
      { ...own, before: { device_id: "61cf", hostname: "web" } },
      { ...own, before: null },
    ]);
  });

  test("answers under the id that everybody knows", () => {
    const conclusion = { outcome: "done", data: { device_id: "61cf" } } as const;
    expect(conclusionOf(port({ conclusion }), answer, asked)).toEqual({
      outcome: "done",
      data: { device_id: "alpha:61cf" },
    });
  });

  test.each(["no_effect", "unknown"] as const)("passes %s on as it is", (outcome) => {
    const conclusion = { outcome, failure };
    expect(conclusionOf(port({ conclusion }), answer, asked)).toBe(conclusion);
  });
});
