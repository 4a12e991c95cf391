/** What the lab saw: every request that a vendor was sent, and every effect that there really was. */
import { env } from "cloudflare:workers";
import { PATIENCE_MS } from "../support/worker/lab.ts";

export interface SeenRequest {
  readonly vendor: string;
  readonly operation: string;
}

export interface SeenEffect extends SeenRequest {
  readonly action: string;
  readonly target: string;
  readonly request_id: string;
}

async function listed<Item>(path: string): Promise<readonly Item[]> {
  return (await fetch(new URL(path, env.OIDC_ISSUER))).json();
}

/** All requests since the lab was reset, token requests and the like included. */
export function requestsSeen(): Promise<readonly SeenRequest[]> {
  return listed("/requests");
}

/** All effects since the lab was reset, once there are `wait`. @throws Error if there never are */
export async function effectsSeen(wait = 0): Promise<readonly SeenEffect[]> {
  const effects = await listed<SeenEffect>(`/effects?wait=${wait}&timeout_ms=${PATIENCE_MS}`);
  if (effects.length < wait) throw new Error(`only ${effects.length} of ${wait} effects`);
  return effects;
}

/** Asked once in a while, by whichever call needs a token. What goes wrong there is told in the broker's tests. */
export const FOR_A_TOKEN = new Set(["oauth2AccessToken", "token", "getCurrentUser"]);

/** How many requests the vendors were sent, without those for tokens. */
export async function askedSoFar(): Promise<number> {
  return (await requestsSeen()).filter(({ operation }) => !FOR_A_TOKEN.has(operation)).length;
}
