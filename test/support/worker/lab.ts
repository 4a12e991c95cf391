import { env } from "cloudflare:workers";

/** An effect that the lab performed. */
export interface LabEffect {
  readonly action: string;
  readonly target: string;
  readonly request_id: string;
}

const url = (path: string) => `${new URL(env.OIDC_ISSUER).origin}${path}`;

/** The lab that the tests' Worker talks to. */
export const lab = {
  /** The effects on one device, in order. With `wait`, as soon as there are that many. */
  async effects(device_id: string): Promise<LabEffect[]> {
    const all = (await (await fetch(url("/effects"))).json()) as LabEffect[];
    return all.filter(({ target }) => target === `device/${device_id}`);
  },
  async fault(fault: Record<string, unknown>): Promise<void> {
    const response = await fetch(url("/faults"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ vendor: "crowdstrike", ...fault }),
    });
    if (!response.ok) throw new Error(await response.text());
  },
  async clear(): Promise<void> {
    await fetch(url("/faults"), { method: "DELETE" });
  },
  /** Resolves when faults have begun to fire `times` times. */
  async fired(times: number): Promise<void> {
    await fetch(url(`/faults?fired=${times}&timeout_ms=20000`));
  },
  /** How many requests the vendors were sent. */
  async requests(): Promise<number> {
    return ((await (await fetch(url("/requests"))).json()) as unknown[]).length;
  },
  /** Ids of devices that are online and of the given criticality. */
  async devices(...criticality: string[]): Promise<string[]> {
    const wanted = criticality.length > 0 ? criticality : ["low", "medium"];
    const { hosts } = (await (await fetch(url("/estate"))).json()) as { hosts: Host[] };
    return hosts.filter((host) => host.online && wanted.includes(host.criticality)).map((host) => host.id);
  },
};

interface Host {
  readonly id: string;
  readonly online: boolean;
  readonly criticality: string;
}
