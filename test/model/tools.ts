import { z } from "zod";
import { type ChangeTool, defineChange } from "../../src/path/tool.ts";
import { DEADLINE_MS, SETTLE_MS } from "./vendor.ts";

/** How long a success answers. Short, so that a run can outlive it. */
const WINDOW_MS = 120_000;

/** What the model's tools act on. */
export const TARGET = { kind: "device", id: "model" };
export const TOOL_NAMES = ["contain_device", "release_device"] as const;

function tool(name: string, reversed_by: string): ChangeTool {
  return defineChange({
    name,
    title: name,
    description: name,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    scope: "devices:contain",
    credential: "crowdstrike.contain",
    read_credential: "crowdstrike.read",
    effect: {
      class: "probe",
      window_ms: WINDOW_MS,
      deadline_ms: DEADLINE_MS,
      settle_ms: () => SETTLE_MS,
      reversed_by,
    },
    countermeasure: null,
    input: z.strictObject({}),
    output: z.unknown(),
    target: () => TARGET,
    identity: () => ({}),
    inspect: () => Promise.reject(new Error("the model looks by itself")),
    request: () => ({ operation: "none", method: "POST", path: "/" }),
    conclude: () => Promise.reject(new Error("the model concludes by itself")) as never,
  });
}

const TOOLS = new Map(
  [tool("contain_device", "release_device"), tool("release_device", "contain_device")].map((made) => [
    made.name,
    made,
  ]),
);

/** The model's two tools, each of which undoes the other. */
export function modelTool(name: string): ChangeTool {
  const found = TOOLS.get(name);
  if (found === undefined) throw new TypeError(name);
  return found;
}
