/** Examines a running instance from outside. */
import { readdir } from "node:fs/promises";
import { MIGRATIONS } from "../local/places.ts";
import { type Check, fail, type Report, unknown } from "./check.ts";
import { checkpoint } from "./checkpoint.ts";
import { type Administrator, isLocal, readDetail } from "./detail.ts";
import { detailChecks } from "./detail-checks.ts";
import { reasonOf } from "./fetching.ts";
import {
  challenge,
  clock,
  configuration,
  resourceMetadata,
  serverMetadata,
  signIn,
} from "./public-checks.ts";

/** What to look at, and as whom. */
export interface Examination {
  /** Origin of the instance. */
  readonly url: string;
  /** An administrator, for what isn't public. A local instance is looked at as the lab's. */
  readonly administrator?: Administrator;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Looks at a running instance from outside. Never throws: what can't be looked at is part of the report. */
export async function examine({ url, administrator, now = Date.now }: Examination): Promise<Report> {
  const checks = await publicChecks(url, now);
  // Where nothing answers, or it is somebody else, there is nothing more to ask.
  const reachable = checks.some(({ name, verdict }) => name === "challenge" && verdict === "ok");
  const all = reachable ? [...checks, ...(await detail(url, administrator))] : checks;
  return { url, ok: all.every(({ verdict }) => verdict !== "fail"), checks: all };
}

async function publicChecks(url: string, now: () => number): Promise<Check[]> {
  try {
    const first = await configuration(url);
    const rest = await Promise.all([
      attempt("clock", () => clock(url, now)),
      attempt("resource metadata", () => resourceMetadata(url)),
      attempt("authorization server metadata", () => serverMetadata(url)),
      attempt("challenge", () => challenge(url)),
      attempt("sign-in", () => signIn(url)),
      attempt("checkpoint", () => checkpoint(url, now)),
    ]);
    return [...first, ...rest];
  } catch (thrown) {
    const advice = "Check the address, DNS, and that the Worker is deployed: npm run tenant -- list.";
    return [fail("reachable", reasonOf(thrown), advice)];
  }
}

async function attempt(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (thrown) {
    return fail(name, reasonOf(thrown), "Try again; if it stays so, look at the instance's log.");
  }
}

async function detail(url: string, administrator: Administrator | undefined): Promise<Check[]> {
  const who = administrator ?? (isLocal(url) ? "lab" : undefined);
  const name = "detail";
  if (who === undefined) {
    const found = "migrations, queue, audit and credentials were not looked at";
    return [unknown(name, found, "Sign in at the console as an administrator, and run this with --sign-in.")];
  }
  try {
    return detailChecks(await readDetail(url, who), await knownMigrations());
  } catch (thrown) {
    return [fail(name, reasonOf(thrown), "Sign in at the console as an administrator, and try again.")];
  }
}

async function knownMigrations(): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter((file) => file.endsWith(".sql")).sort();
}
