/** Asks an instance how it is. */
import { z } from "zod";

const Answer = z.object({ ok: z.boolean(), problems: z.array(z.string()).default([]) });

/** What an instance says of itself. */
export interface Health {
  /** False where nothing is served. */
  readonly serving: boolean;
  /** Sentences that name what is wrong; empty when it is well. Those of an instance that serves stop only a part of it. */
  readonly problems: readonly string[];
}

/**
 * What an instance's `/healthz` reports.
 * @param url Origin of the instance.
 */
export async function healthOf(url: string): Promise<Health> {
  const response = await fetch(`${url}/healthz`);
  const answer = Answer.safeParse(parseJson(await response.text()));
  const broken = (problem: string): Health => ({
    serving: false,
    problems: [`/healthz answered ${response.status} ${problem}`],
  });
  if (!answer.success) return broken("without saying how the instance is");
  const { ok, problems } = answer.data;
  if (ok !== (problems.length === 0) || (ok && !response.ok)) return broken("and named no problem");
  return { serving: response.ok, problems };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
