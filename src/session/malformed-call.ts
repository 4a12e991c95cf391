import { malformedCallOf } from "./body.ts";
import { INVALID_PARAMS, type LaneHost } from "./lane.ts";
import { rpcError } from "./rpc-error.ts";

/**
 * Answers a `tools/call` that isn't one, such as arguments that a model encoded twice, or returns `null`. The
 * SDKs would refuse it before any handler of ours runs: outside the path, without a kind, and unaudited.
 */
export async function refuseMalformed(
  parsed: unknown,
  host: LaneHost,
  scopes: readonly string[],
): Promise<Response | null> {
  const call = malformedCallOf(parsed);
  if (call === null) return null;
  const { id, name: tool, args, meta } = call;
  const result = await host.call({ tool, args, meta, scopes });
  const message = result.status === "error" ? result.error.message : "This call isn't valid.";
  return rpcError(200, INVALID_PARAMS, message, { id, data: result });
}
