import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Course } from "../../../lab/clock.ts";
import type { Effect } from "../../../lab/effects.ts";
import type { Fault } from "../../../lab/faults.ts";
import { type Lab, startLab } from "../../../lab/lab.ts";
import type { LoggedRequest } from "../../../lab/request-log.ts";

/** A little less than a test has, so that whoever waits in vain is told for what. */
const PATIENCE_MS = 50_000;

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

/** The list of effects, once it has at least `wait`. @throws Error if it never has */
export async function effects({ url }: { url: string }, wait = 0): Promise<Effect[]> {
  const list = await answered<Effect[]>(fetch(`${url}/effects?wait=${wait}&timeout_ms=${PATIENCE_MS}`));
  if (list.length < wait) throw new Error(`only ${list.length} of ${wait} effects`);
  return list;
}

/** Posts a fault. */
export function fault({ url }: { url: string }, fault: object): Promise<Fault> {
  return answered(post(`${url}/faults`, { vendor: "crowdstrike", ...fault }));
}

/** The list of faults, once they have fired `fired` times in all. @throws Error if they never have */
export async function faults({ url }: { url: string }, fired = 0): Promise<Fault[]> {
  const list = await answered<Fault[]>(fetch(`${url}/faults?fired=${fired}&timeout_ms=${PATIENCE_MS}`));
  const times = list.reduce((sum, fault) => sum + fault.fired, 0);
  if (times < fired) throw new Error(`faults fired only ${times} of ${fired} times`);
  return list;
}

/** Lets go of what faults hold back by now. */
export function release({ url }: { url: string }): Promise<void> {
  return answered(post(`${url}/release`, {}));
}

/** Has the vendors' time go on from so far ahead, or stand still. */
export function clock({ url }: { url: string }, course: Course): Promise<void> {
  return answered(post(`${url}/clock`, course));
}

/** What was asked of the vendors. */
export function requests({ url }: { url: string }): Promise<LoggedRequest[]> {
  return answered(fetch(`${url}/requests`));
}
