import { env } from "cloudflare:workers";
import { bareId, canonicalId } from "../../../src/capabilities/ids.ts";

/** A little less than a test has, so that whoever waits in vain is told for what. */
export const PATIENCE_MS = 25_000;

/** An effect that the lab performed. */
export interface LabEffect {
  readonly action: string;
  readonly target: string;
  readonly request_id: string;
}

const url = (path: string) => `${new URL(env.OIDC_ISSUER).origin}${path}`;

async function post(path: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url(path), { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`the lab answered ${response.status}: ${answer}`);
}

/** The lab that the tests' Worker talks to. */
export const lab = {
  /** The effects on one device, in order. */
  async effects(device_id: string): Promise<LabEffect[]> {
    const all = (await (await fetch(url("/effects"))).json()) as LabEffect[];
    return all.filter(({ target }) => target === `device/${bareId(device_id)}`);
  },
  fault(fault: Record<string, unknown>): Promise<void> {
    return post("/faults", { vendor: "crowdstrike", ...fault });
  },
  async clear(): Promise<void> {
    await fetch(url("/faults"), { method: "DELETE" });
  },
  /** Resolves when faults have begun to fire `times` times. @throws Error if they never do */
  async fired(times: number): Promise<void> {
    const response = await fetch(url(`/faults?fired=${times}&timeout_ms=${PATIENCE_MS}`));
    const fired = (await response.json<{ fired: number }[]>()).reduce((sum, fault) => sum + fault.fired, 0);
    if (fired < times) throw new Error(`faults fired only ${fired} of ${times} times`);
  },
  /** Lets go of what faults hold back by now. */
  release(): Promise<void> {
    return post("/release", {});
  },
  /** Has the vendors' time go on from so far ahead, or stand still. */
  clock(course: { readonly ahead_ms: number; readonly still?: boolean }): Promise<void> {
    return post("/clock", course);
  },
  /** How many requests the vendors were sent. */
  async requests(): Promise<number> {
    return ((await (await fetch(url("/requests"))).json()) as unknown[]).length;
  },
  /** Ids of devices that are online and of the given criticality. */
  async devices(...criticality: string[]): Promise<string[]> {
    const wanted = criticality.length > 0 ? criticality : ["low", "medium"];
    const { hosts } = (await (await fetch(url("/estate"))).json()) as { hosts: Host[] };
    return hosts
      .filter((host) => host.online && wanted.includes(host.criticality))
      .map((host) => canonicalId("crowdstrike", host.id));
  },
};

interface Host {
  readonly id: string;
  readonly online: boolean;
  readonly criticality: string;
}
