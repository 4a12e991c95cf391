/** The answer to a client of an era that this deployment has withdrawn. */

import type { Env } from "../../bindings.ts";
import { type Era, erasIn } from "../../toolkit/eras.ts";
import { idOf } from "../body.ts";
import { rpcError } from "./rpc-error.ts";

/** The code of MCP 2026-07-28 for a revision that a server doesn't speak. Clients go on with one that is named. */
const UNSUPPORTED_PROTOCOL_VERSION = -32022;

/** The refusal of a request of an era, or `null` where that is spoken. */
export function withdrawnEra(
  { MCP_ERAS }: Pick<Env, "MCP_ERAS">,
  requested: Era,
  parsed: unknown,
): Response | null {
  const supported = erasIn(MCP_ERAS) ?? [];
  if (supported.includes(requested)) return null;
  const message = `This instance doesn't speak this revision of MCP. It speaks ${supported.join(", ")}.`;
  const data = { supported: [...supported], requested };
  return rpcError(400, UNSUPPORTED_PROTOCOL_VERSION, message, { id: idOf(parsed), data });
}
