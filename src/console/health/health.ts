import { reportGaps } from "../../audit/gaps.ts";
import { refusalTotals } from "../../auth/refusals.ts";
import { PROTECTION } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { credentialReports } from "./credentials.ts";
import { drifts } from "./drifts.ts";

/**
 * The instance's health in detail, for whoever runs it: how the audit arrives, which vendors have drifted, how each
 * credential does, and which migrations were applied. With `?tokens`, each credential is tried at its vendor.
 */
export async function showHealth({ env, url, now }: Visit): Promise<Response> {
  const [audit, drift, credentials, migrations] = await Promise.all([
    reportGaps(env),
    drifts(env.DB, now),
    credentialReports(env, { tokens: url.searchParams.has("tokens") }),
    appliedMigrations(env.DB),
  ]);
  // One isolate's own count: what others refused is in the log.
  const refused_by_this_isolate = refusalTotals();
  return Response.json(
    { ok: true, audit, drift, credentials, migrations, refused_by_this_isolate },
    { headers: PROTECTION },
  );
}

/** By the table in which wrangler keeps them. */
async function appliedMigrations(db: D1Database): Promise<string[]> {
  const { results } = await db.prepare("SELECT name FROM d1_migrations ORDER BY id").all<{ name: string }>();
  return results.map(({ name }) => name);
}
