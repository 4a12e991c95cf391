/** What the lab saw, every request that a vendor was sent and every effect that there really was; and its time. */
import { env } from "cloudflare:workers";

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

/** All effects since the lab was reset; with `wait`, as soon as there are that many, or after twenty seconds. */
export function effectsSeen(wait = 0): Promise<readonly SeenEffect[]> {
  return listed(`/effects?wait=${wait}&timeout_ms=20000`);
}

/** From now on the vendors' time is so far ahead. */
export async function moveLabClock(ahead_ms: number): Promise<void> {
  const body = JSON.stringify({ ahead_ms });
  const response = await fetch(new URL("/clock", env.OIDC_ISSUER), { method: "POST", body });
  if (!response.ok) throw new Error(`the lab answered ${response.status}`);
}
