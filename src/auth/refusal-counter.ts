/**
 * Counts refusals of callers whom nobody has identified, so that a flood of them fills neither the audit
 * nor the log.
 */
import { log } from "../observe/log.ts";

/** How often one kind of refusal may write a line, in milliseconds. */
const LINE_EVERY_MS = 10_000;
/** How many kinds are kept apart. A kind may quote what a stranger sent, and they mustn't fill memory with kinds. */
const MAX_KINDS = 100;
const MAX_KIND_LENGTH = 120;
const THE_REST = "others";

/** A refusal of somebody whom nobody has identified. */
export interface CountedRefusal {
  readonly category: string;
  readonly reason: string;
}

/** What one isolate has refused, by kind. */
export interface RefusalTotals {
  /** ISO 8601 UTC; the first refusal's, or `null` before there was one. */
  readonly since: string | null;
  readonly total: number;
  readonly by_kind: Readonly<Record<string, number>>;
}

interface Count {
  total: number;
  written: number;
  written_at: number;
}

/**
 * Counts refusals of people and programs that nobody has identified: missing and bad tokens, bad clients, forged
 * forms. They are kept out of the audit, which a flood of them could fill, and cost no Durable Object: the count is
 * the isolate's own, and begins anew with the next one. The log holds them beyond that, one line for a kind in ten
 * seconds, with how many it stands for.
 */
export class RefusalCounter {
  readonly #counts = new Map<string, Count>();
  readonly #write: (kind: string, times: number) => void;
  #since: number | null = null;

  /** @param write puts a kind into the log, and how many of it */
  constructor(write: (kind: string, times: number) => void) {
    this.#write = write;
  }

  /** @param now milliseconds since the epoch */
  count({ category, reason }: CountedRefusal, now: number): void {
    this.#since ??= now;
    const named = `${category}.${reason}`.slice(0, MAX_KIND_LENGTH);
    const kind = this.#counts.has(named) || this.#counts.size < MAX_KINDS ? named : THE_REST;
    const count = this.#counts.get(kind) ?? { total: 0, written: 0, written_at: Number.NEGATIVE_INFINITY };
    this.#counts.set(kind, count);
    count.total += 1;
    if (now < count.written_at + LINE_EVERY_MS) return;
    this.#write(kind, count.total - count.written);
    count.written = count.total;
    count.written_at = now;
  }

  /** What was counted so far. */
  totals(): RefusalTotals {
    const by_kind = Object.fromEntries([...this.#counts].map(([kind, { total }]) => [kind, total]));
    const total = Object.values(by_kind).reduce((sum, each) => sum + each, 0);
    return { since: this.#since === null ? null : new Date(this.#since).toISOString(), total, by_kind };
  }
}

const refusals = new RefusalCounter((refusal, times) => log("warn", "refused", { refusal, times }));

/** Counts one refusal of this isolate. */
export function countRefusal(refusal: CountedRefusal): void {
  refusals.count(refusal, Date.now());
}

/** Counts the answer to a request at the resource if it is a refusal for want of a good token. */
export function countIfUnauthenticated(request: Request, { status }: Response): void {
  if (status !== 401) return;
  const reason = request.headers.has("authorization") ? "token_not_valid" : "no_token";
  countRefusal({ category: "mcp", reason });
}

/** What this isolate has refused since it began. */
export function refusalTotals(): RefusalTotals {
  return refusals.totals();
}
