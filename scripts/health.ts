import { z } from "zod";

const Health = z.object({ ok: z.boolean(), problems: z.array(z.string()).default([]) });

/**
 * What an instance's `/healthz` reports as wrong; empty when it is well.
 * @param url Origin of the instance.
 */
export async function problemsOf(url: string): Promise<string[]> {
  const response = await fetch(`${url}/healthz`);
  const text = await response.text();
  const health = Health.safeParse(parseJson(text));
  if (!health.success) return [`/healthz answered ${response.status} without saying how the instance is`];
  const { ok, problems } = health.data;
  if (ok && response.ok) return [];
  return problems.length > 0 ? problems : [`/healthz answered ${response.status} and named no problem`];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
