/** Ends a tenant, once its audit is kept. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lookUp } from "./account.ts";
import type { BaseConfig } from "./base-config.ts";
import { type Say, take } from "./create.ts";
import { auditOfDump } from "./final-audit.ts";
import type { TenantFolder } from "./folder.ts";
import { destructionSteps, exportStep } from "./plan.ts";
import { resourcesOf } from "./render.ts";
import type { Wrangler } from "./wrangler.ts";

/** What it takes to end a tenant. */
export interface Destruction {
  readonly base: BaseConfig;
  readonly tenant: string;
  readonly folder: TenantFolder;
  readonly wrangler: Wrangler;
  /** Go on with an audit that couldn't be exported or doesn't verify. */
  readonly despite_audit: boolean;
  /** For the name of the export. ISO 8601 UTC. */
  readonly at: string;
  readonly say: Say;
}

/**
 * Ends a tenant. Its audit is exported and verified before anything goes; where that fails, nothing goes. What is in
 * the export is what the database holds: an event that an object still holds to be sent goes with the object.
 * @throws Error saying why nothing was destroyed, or WranglerFailure where it stopped; running it again goes on
 */
export async function destroyTenant(destruction: Destruction): Promise<void> {
  const { base, tenant, folder, wrangler, despite_audit, say } = destruction;
  const resources = resourcesOf(base, tenant);
  const found = await lookUp(wrangler, resources);
  // The database goes last: where a Worker is left, one that can't be found is no database that is gone already.
  const databases = found.secrets === null ? found.d1.keys() : resources.d1;
  for (const database of databases) {
    try {
      if (!found.d1.has(database)) throw new Error(`the account shows no database ${database}`);
      await saveAudit(destruction, database);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      if (!despite_audit) throw new Error(`nothing was destroyed, because the audit is not safe: ${reason}`);
      say(`going on although the audit is not safe: ${reason}`);
    }
  }
  for (const step of destructionSteps(resources, found)) await take(wrangler, step, say);
  await folder.forget();
}

async function saveAudit(
  { tenant, folder, wrangler, at, say }: Destruction,
  database: string,
): Promise<void> {
  const name = join(folder.path, `${database}-${at.replaceAll(":", "")}`);
  await mkdir(folder.path, { recursive: true });
  await take(wrangler, exportStep(database, `${name}.sql`), say);
  const { lines, events, findings } = await auditOfDump(await readFile(`${name}.sql`, "utf8"), tenant);
  await writeFile(`${name}.ndjson`, withEnds(lines));
  if (findings.length > 0)
    throw new Error(`${name}.ndjson doesn't verify: ${findings.slice(0, 5).join("; ")}`);
  say(`verified ${events} events in ${name}.ndjson`);
}

function* withEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
