/** Runs one phase of the load. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HonestAgent } from "./honest.ts";
import type { Attack } from "./hostile.ts";
import { formlessness, type Said, saidBy } from "./verdict.ts";
import type { Answer } from "./wire.ts";

/** One request and what came of it. */
export interface Sample {
  /** Who sent it: an agent's name, or a kind of attack. */
  readonly from: string;
  readonly honest: boolean;
  /** The HTTP status; 0 where the connection gave none. */
  readonly status: number;
  readonly said: Said | null;
  readonly took_ms: number;
  /** Why the answer is in no published form; `null` if it is. */
  readonly formless: string | null;
  /** The answer was what whoever sent this is to be met with. */
  readonly as_due: boolean;
}

export interface Phase {
  readonly seconds: number;
  /** Requests of each honest agent in a second. They don't come faster when answers do. */
  readonly per_second: number;
  readonly agents: readonly HonestAgent[];
  /** Spread evenly over the phase, in turn. */
  readonly attacks: readonly Attack[];
  /** How many attacks in all. */
  readonly attacked: number;
  /** Sent at once, a third into the phase. */
  readonly flood: { readonly attack: Attack; readonly size: number } | null;
}

/** Runs one phase and returns everything that came of it. */
export async function runPhase(phase: Phase): Promise<Sample[]> {
  const samples: Sample[] = [];
  const take = async (
    from: string,
    send: () => Promise<Answer>,
    due: (sample: Judged) => boolean,
    honest: boolean,
  ) => {
    const judged = await judge(send);
    samples.push({ from, honest, ...judged, as_due: judged.formless === null && due(judged) });
  };
  const ends_at = performance.now() + phase.seconds * 1000;
  const honest = phase.agents.map((agent, nth) =>
    // Not all in the same instant.
    paced(ends_at, 1000 / phase.per_second, (nth / phase.agents.length) * (1000 / phase.per_second), () =>
      take(agent.name, () => agent.next(), isServed, true),
    ),
  );
  let turn = 0;
  const hostile = paced(ends_at, (phase.seconds * 1000) / Math.max(1, phase.attacked), 0, async () => {
    const attack = phase.attacks[turn % phase.attacks.length];
    turn += 1;
    if (attack === undefined || turn > phase.attacked) return;
    // A rate limit is what an attacker may be met with at any time.
    const due = ({ status, said }: Judged) =>
      attack.met_with.includes(status) || status === 429 || said?.code === "rate_limited";
    await take(attack.name, () => attack.send(), due, false);
  });
  const flooded = sleep((phase.seconds * 1000) / 3).then(() => {
    const { attack, size } = phase.flood ?? { size: 0 };
    if (attack === undefined) return [];
    return Promise.all(
      Array.from({ length: size }, () =>
        take(
          attack.name,
          () => attack.send(),
          ({ said }) => said !== null,
          false,
        ),
      ),
    );
  });
  await Promise.all([...honest, hostile, flooded]);
  return samples;
}

type Judged = Pick<Sample, "status" | "said" | "took_ms" | "formless">;

async function judge(send: () => Promise<Answer>): Promise<Judged> {
  try {
    const answer = await send();
    const { status, took_ms } = answer;
    return { status, took_ms, said: saidBy(answer), formless: formlessness(answer) };
  } catch (thrown) {
    const why =
      thrown instanceof Error ? `${thrown.message} (${String(thrown.cause ?? "")})` : String(thrown);
    return { status: 0, took_ms: 0, said: null, formless: `no answer: ${why}` };
  }
}

/** An honest caller was served: with an answer, or with the word that a person has to approve. */
function isServed({ status, said }: Judged): boolean {
  return status === 200 && said?.status !== "error";
}

async function paced(ends_at: number, every_ms: number, offset_ms: number, work: () => Promise<void>) {
  for (let at = performance.now() + offset_ms; at < ends_at; at += every_ms) {
    await sleep(Math.max(0, at - performance.now()));
    await work();
  }
}
