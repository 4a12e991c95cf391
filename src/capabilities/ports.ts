/** Ports, asked from outside: they know their own ids alone, and everybody else knows ids with their source. */
import type { Env } from "../bindings.ts";
import type { AnyChangePort, Conclusion, Inspection } from "../toolkit/change.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { settingsOf } from "../toolkit/upstream/settings-of.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "../toolkit/upstream/upstream.ts";
import { withoutSource, withSource } from "./ids.ts";

/** What a port is looked through with, for one operation. */
export interface Looking {
  readonly env: Env;
  readonly upstream: Upstream;
  readonly operation_id: string;
}

/** How a target stands, by its port. @throws Failure if it can't be read */
export async function inspected(
  port: AnyChangePort,
  input: JsonObject,
  { env, upstream, operation_id }: Looking,
): Promise<Inspection<unknown>> {
  const { name } = port.credential.vendor;
  const settings = settingsOf(env, port.credential.vendor);
  const seen = await port.inspect(withoutSource(name, input), { settings, upstream, operation_id });
  return seen.exists ? ({ ...seen, data: withSource(name, seen.data) } as typeof seen) : seen;
}

/** The one request that makes a change. Pure. */
export function requestOf(
  port: AnyChangePort,
  input: JsonObject,
  { env, operation_id }: Pick<Looking, "env" | "operation_id">,
): UpstreamRequest {
  const { vendor } = port.credential;
  return port.request(withoutSource(vendor.name, input), { settings: settingsOf(env, vendor), operation_id });
}

/** What a vendor's answer to a change proves. Pure. */
export function conclusionOf(
  { conclude, credential }: AnyChangePort,
  answer: UpstreamAnswer,
  asked: { readonly input: JsonObject; readonly operation_id: string; readonly before: JsonObject | null },
): Conclusion<unknown> {
  const { name } = credential.vendor;
  const concluded = conclude(answer, {
    input: withoutSource(name, asked.input),
    operation_id: asked.operation_id,
    before: asked.before === null ? null : withoutSource(name, asked.before),
  });
  return concluded.outcome === "done" ? { ...concluded, data: withSource(name, concluded.data) } : concluded;
}
