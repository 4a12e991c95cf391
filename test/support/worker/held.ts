import { env } from "cloudflare:workers";
import type { Requester } from "../../../src/effect/machine/operation.ts";
import type { Result } from "../../../src/path/answer.ts";
import { effectNameOf } from "../../../src/toolkit/operation-id.ts";
import type { Role } from "../../../src/toolkit/scopes.ts";
import { agentOf, call } from "./agent.ts";
import { signedIn } from "./people.ts";

/** A state change that waits for another person. */
export interface Held {
  readonly id: string;
  readonly device_id: string;
  readonly requester: Requester;
  /** The agent's own call, once more. */
  readonly again: () => Promise<Result>;
  readonly approval_url: string;
}

/** An agent's containment that policy holds back. */
export async function held(
  device_id: string,
  { name = "agent-owner", role = "analyst" }: { readonly name?: string; readonly role?: Role } = {},
  reason = "Beaconing to a known command server",
): Promise<Held> {
  const requester = await signedIn(name, role);
  const agent = await agentOf(requester);
  const again = () => call(agent, "contain_device", { device_id, reason });
  const result = await again();
  if (result.status !== "pending_approval") throw new Error(`it was not held: ${JSON.stringify(result)}`);
  const { id, approval_url } = result.operation;
  return { id, device_id, requester, again, approval_url: approval_url ?? "" };
}

/** The object that owns an operation. */
export function effectOf(id: string) {
  return env.EFFECT.getByName(effectNameOf(id) ?? "");
}
