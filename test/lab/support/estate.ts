import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Effect } from "../../../lab/effects.ts";
import type { Fault } from "../../../lab/faults.ts";
import { type Lab, startLab } from "../../../lab/lab.ts";
import type { LoggedRequest } from "../../../lab/request-log.ts";

/** A directory that goes when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "lab-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A lab whose time a test moves. */
export interface TestLab extends Lab {
  stateDir: string;
  clock: { ms: number };
}

/** Starts a lab of its own for a test, at a port that was free. Its clock stands still unless the test moves it. */
export async function lab(
  stateDir = temporaryDirectory(),
  clock = { ms: Date.parse("2026-11-22T10:00:00Z") },
): Promise<TestLab> {
  const started = await startLab({ port: 0, stateDir, now: () => clock.ms });
  onTestFinished(() => started.close().catch(() => undefined));
  return { ...started, stateDir, clock };
}

async function answered<Body>(response: Promise<Response>): Promise<Body> {
  const { ok, status, ...rest } = await response.then(async (r) => ({
    ok: r.ok,
    status: r.status,
    text: await r.text(),
  }));
  if (!ok) throw new Error(`${status}: ${rest.text}`);
  return (rest.text === "" ? undefined : JSON.parse(rest.text)) as Body;
}

/** POSTs JSON. */
export function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
}

/** The list of effects, once it has at least `wait`. */
export function effects({ url }: { url: string }, wait = 0): Promise<Effect[]> {
  return answered(fetch(`${url}/effects?wait=${wait}`));
}

/** Posts a fault. */
export function fault({ url }: { url: string }, fault: object): Promise<Fault> {
  return answered(post(`${url}/faults`, { vendor: "crowdstrike", ...fault }));
}

/** The list of faults, once they have fired `fired` times in all. */
export function faults({ url }: { url: string }, fired = 0): Promise<Fault[]> {
  return answered(fetch(`${url}/faults?fired=${fired}`));
}

/** What was asked of the vendors. */
export function requests({ url }: { url: string }): Promise<LoggedRequest[]> {
  return answered(fetch(`${url}/requests`));
}
