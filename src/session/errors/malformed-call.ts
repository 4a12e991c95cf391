/**
 * Answers calls that the protocol libraries would refuse outside the path, so that these are audited, too.
 */
import type { Era } from "../../toolkit/eras.ts";
import { hasMalformedMeta, idOf, malformedCallOf } from "../body.ts";
import type { Granted } from "../granted.ts";
import type { LaneHost } from "../lanes/lane.ts";
import { errorOf } from "./call-error.ts";
import { INVALID_PARAMS, rpcError } from "./rpc-error.ts";

/**
 * Answers a call that isn't one, such as arguments that a model encoded twice, or returns `null`. The SDKs would
 * refuse it before any handler of ours runs: outside the path, without a kind, and unaudited.
 */
export async function refuseMalformed(
  parsed: unknown,
  host: LaneHost,
  era: Era,
  granted: Granted,
): Promise<Response | null> {
  if (hasMalformedMeta(parsed)) {
    const message = "_meta must be an object, and its progressToken a text or a number.";
    return rpcError(400, INVALID_PARAMS, message, { id: idOf(parsed) });
  }
  const call = malformedCallOf(parsed);
  if (call === null) return null;
  const { id, ...asked } = call;
  const { code, message, data } = errorOf(asked, await host.call({ ...asked, granted }), era);
  return rpcError(200, code, message, { id, data });
}
