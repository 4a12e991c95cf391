/**
 * Reports the instance's health in detail: configuration, figures, audit, drift, credentials and
 * migrations.
 */
import { type AuditReport, CHECKPOINT_OVERDUE_MS, reportGaps } from "../../audit/watch/gaps.ts";
import { refusalTotals } from "../../auth/refusal-counter.ts";
import { PROTECTION } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { configurationProblems } from "./config.ts";
import { credentialReports } from "./credentials.ts";
import { drifts } from "./drifts.ts";
import { figures as figuresOf } from "./figures.ts";
import { mixingClients } from "./mixed-eras.ts";

/**
 * The instance's health in detail, for whoever runs it: how calls end, how the audit arrives, which vendors have drifted, how each
 * credential does, and which migrations were applied. With `?tokens`, each credential is tried at its vendor.
 */
export async function showHealth({ env, catalogue, url, now }: Visit): Promise<Response> {
  const [audit, figures, drift, mixed_eras, credentials, migrations] = await Promise.all([
    reportGaps(env),
    figuresOf(env.DB, now),
    drifts(env.DB, now),
    mixingClients(env.DB, now),
    credentialReports(env, catalogue, { tokens: url.searchParams.has("tokens") }),
    appliedMigrations(env.DB),
  ]);
  // One isolate's own count: what others refused is in the log.
  const refused_by_this_isolate = refusalTotals();
  const { fatal, partial } = configurationProblems(env, catalogue);
  const problems = [...fatal, ...partial, ...auditProblems(audit)];
  return Response.json(
    {
      ok: problems.length === 0,
      problems,
      figures,
      audit,
      drift,
      mixed_eras,
      credentials,
      migrations,
      refused_by_this_isolate,
    },
    { headers: PROTECTION },
  );
}

function auditProblems(report: AuditReport): string[] {
  const { gaps, missing_chains, checkpoint, unsigned_checkpoints, conflicts, dead_letters, planted } = report;
  const overdue = checkpoint !== null && checkpoint.age_ms > CHECKPOINT_OVERDUE_MS;
  const counts = {
    "gaps in the audit": gaps.length,
    "chains of which nothing has arrived": missing_chains.length,
    "checkpoints that nobody signed": unsigned_checkpoints.length,
    "audit conflicts": conflicts,
    "dead letters of the audit": dead_letters,
    "rows of the audit where no object writes": planted,
  };
  const problems = Object.entries(counts).flatMap(([what, count]) =>
    count === 0 ? [] : [`${count} ${what}`],
  );
  return overdue ? [...problems, `no checkpoint since ${checkpoint.at}`] : problems;
}

/** By the table in which wrangler keeps them. */
async function appliedMigrations(db: D1Database): Promise<string[]> {
  const { results } = await db.prepare("SELECT name FROM d1_migrations ORDER BY id").all<{ name: string }>();
  return results.map(({ name }) => name);
}
