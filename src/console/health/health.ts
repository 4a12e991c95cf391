import { reportGaps } from "../../audit/gaps.ts";
import { refusalTotals } from "../../auth/refusals.ts";
import { PROTECTION } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { drifts } from "./drifts.ts";

/** The instance's health in detail, for whoever runs it: how the audit arrives, and which vendors have drifted. */
export async function showHealth({ env, now }: Visit): Promise<Response> {
  const [audit, drift] = await Promise.all([reportGaps(env), drifts(env.DB, now)]);
  // One isolate's own count: what others refused is in the log.
  const refused_by_this_isolate = refusalTotals();
  return Response.json({ ok: true, audit, drift, refused_by_this_isolate }, { headers: PROTECTION });
}
