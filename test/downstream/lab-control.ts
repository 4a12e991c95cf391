import { env } from "cloudflare:workers";

/** What can be asked of the lab to go wrong; `times` is without end where it is left out. */
export interface Fault {
  /** CrowdStrike, if none is named. */
  readonly vendor?: string;
  readonly operation: string;
  readonly mode: string;
  readonly status?: number;
  readonly delay_ms?: number;
  readonly times?: number;
}

/** A request that the lab's simulators were sent. */
export interface LabRequest {
  readonly operation: string;
  readonly request_id: string;
  /** ISO 8601 UTC, when it arrived. */
  readonly at: string;
  /** Null as long as it is held back. */
  readonly status: number | null;
}

const lab = (path: string, init?: RequestInit) => fetch(new URL(path, env.CROWDSTRIKE_BASE_URL), init);

async function done(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new Error(`the lab answered ${response.status}: ${text}`);
}

/** The estate as seeded, no faults, an empty list of requests. */
export async function resetLab(): Promise<void> {
  await done(await lab("/reset", { method: "POST" }));
}

/** From now on this goes wrong. */
export async function inject(fault: Fault): Promise<void> {
  await done(
    await lab("/faults", { method: "POST", body: JSON.stringify({ vendor: "crowdstrike", ...fault }) }),
  );
}

/** Nothing goes wrong any more. */
export async function clearFaults(): Promise<void> {
  await done(await lab("/faults", { method: "DELETE" }));
}

/** What was asked of one operation since the last reset. */
export async function requestsOf(operation: string): Promise<LabRequest[]> {
  const all = await (await lab("/requests")).json<LabRequest[]>();
  return all.filter((request) => request.operation === operation);
}

/** What the simulators really did since the last reset, with targets as everybody but a vendor names them. */
export async function effects(): Promise<{ action: string; target: string; request_id: string }[]> {
  const all = await (await lab("/effects")).json<Performed[]>();
  return all.map(({ vendor, action, target, request_id }) => {
    const [kind, ...id] = target.split("/");
    return { action, target: `${kind}/${vendor}:${id.join("/")}`, request_id };
  });
}

/** As a simulator writes it down. */
interface Performed {
  readonly vendor: string;
  readonly action: string;
  readonly target: string;
  readonly request_id: string;
}
