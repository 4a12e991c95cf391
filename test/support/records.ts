/** A vendor's records with something missing, and reads that are answered with them. */

import { type Answer, answerOfRead } from "../../src/path/answer.ts";
import type { JsonObject } from "../../src/toolkit/json.ts";
import type { ReadContext } from "../../src/toolkit/read.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { SETTINGS } from "./settings.ts";

/** A record without one of its fields, and what is missing from it. */
export type Lacking = readonly [name: string, record: object];

/**
 * A record without each of its fields, however deep, one at a time: once absent, once null.
 * @param ids the paths of those that stay
 */
export function withoutEach(record: object, ids: readonly string[]): Lacking[] {
  return pathsOf(record).flatMap((path): Lacking[] => {
    const name = path.join(" > ");
    if (ids.some((id) => id === name || id.startsWith(`${name} > `))) return [];
    return [
      [`${name} absent`, changed(record, path, undefined)],
      [`${name} null`, changed(record, path, null)],
    ];
  });
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...pathsOf(inner).map((path) => [name, ...path]),
  ]);
}

function changed(record: object, [name = "", ...rest]: readonly string[], value: null | undefined): object {
  const known = record as Record<string, unknown>;
  const inner = rest.length === 0 ? value : changed(known[name] as object, rest, value);
  const { [name]: _old, ...others } = known;
  return inner === undefined ? others : { ...others, [name]: inner };
}

/** What a read answers where its vendor's operations answer what was recorded. */
export async function readRecorded(
  tool: Tool,
  answers: Readonly<Record<string, unknown>>,
  { args = {}, env = {} }: { readonly args?: object; readonly env?: object } = {},
): Promise<{ readonly answer: Answer; readonly through: RecordedRequests }> {
  if (tool.kind !== "read") throw new TypeError(`${tool.name} is no read`);
  const through = new RecordedRequests(answers);
  const input = tool.input.parse(args);
  const context = {
    env: { ...SETTINGS, ...env },
    now: 0,
    upstream: () => through,
    progress: () => undefined,
  };
  const outcome = await tool.run(input, context as unknown as ReadContext);
  const data = outcome.outcome === "found" ? { ...outcome, data: tool.output.parse(outcome.data) } : outcome;
  return {
    answer: answerOfRead(data as typeof outcome & { data: JsonObject }, input as JsonObject),
    through,
  };
}
