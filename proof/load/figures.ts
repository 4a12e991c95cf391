/** What a run comes to. Pure. */
import type { Sample } from "./phase.ts";

/** How honest callers fared. Times are milliseconds. */
export interface Service {
  readonly requests: number;
  /** Part of them that were served, from 0 to 1. */
  readonly served: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
}

/** How one kind of attack was met. */
export interface Met {
  readonly requests: number;
  /** Answers by HTTP status, or by error code where there is one. */
  readonly answers: Readonly<Record<string, number>>;
  /** Those that were met with something else than they should be. */
  readonly otherwise: number;
}

/** How honest callers of a phase fared. */
export function serviceOf(samples: readonly Sample[]): Service {
  const honest = samples.filter((sample) => sample.honest);
  const times = honest.map(({ took_ms }) => took_ms).sort((a, b) => a - b);
  const at = (part: number) =>
    Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0);
  return {
    requests: honest.length,
    served: honest.length === 0 ? 1 : honest.filter(({ as_due }) => as_due).length / honest.length,
    p50_ms: at(0.5),
    p95_ms: at(0.95),
  };
}

/** How the attacks of a phase were met, by kind. */
export function metBy(samples: readonly Sample[]): Record<string, Met> {
  const kinds = Object.groupBy(
    samples.filter(({ honest }) => !honest),
    ({ from }) => from,
  );
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, ofKind = []]) => [
      kind,
      {
        requests: ofKind.length,
        answers: countBy(ofKind, ({ status, said }) =>
          [status, said?.code ?? said?.status].filter(Boolean).join(" "),
        ),
        otherwise: ofKind.filter(({ as_due }) => !as_due).length,
      },
    ]),
  );
}

/** How often each key occurs. */
export function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
