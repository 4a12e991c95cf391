/** Reads what a control rests on. A source that fails is a part of the answer, and never the end of it. */
import { withSource } from "../../capabilities/ids.ts";
import { Failure } from "../../toolkit/failure.ts";
import type { ReadContext, SourceReport } from "../../toolkit/read.ts";
import type { Control, Part, Read } from "./control.ts";

/** One read, and what it came to. */
export interface ControlReading {
  readonly source: string;
  readonly what: string;
  /** ISO 8601 UTC. */
  readonly queried_at: string;
  readonly items: readonly unknown[];
  /** What keeps it from being whole, or `null`. */
  readonly gap: Failure | null;
}

/** Everything that a control reads, at the same time. @throws Failure `internal` only */
export async function readingsOf(
  control: Control,
  context: ReadContext,
): Promise<Record<string, ControlReading>> {
  const reads = Object.entries(control.reads);
  const total = reads.length;
  let done = 0;
  const readings = reads.map(async ([name, read]) => {
    const reading = await readingOf(read, context);
    done += 1;
    context.progress({ progress: done, total, message: `Read ${read.what} of ${reading.source}.` });
    return [name, reading] as const;
  });
  return Object.fromEntries(await Promise.all(readings));
}

async function readingOf(read: Read<unknown>, { env, now, upstream }: ReadContext): Promise<ControlReading> {
  const { vendor } = read.credential;
  const asked = { source: vendor.name, what: read.what, queried_at: new Date(now).toISOString() };
  try {
    const part = await read.run(upstream(read.credential), { env, now });
    return { ...asked, items: withSource(vendor.name, part.items), gap: gapOf(read, part, vendor.title) };
  } catch (thrown) {
    // What a vendor did is evidence of nothing. What we did wrong ourselves must not look like what a vendor did.
    if (!(thrown instanceof Failure) || thrown.kind === "internal") throw thrown;
    return { ...asked, items: [], gap: thrown };
  }
}

function gapOf({ what, population }: Read<unknown>, part: Part<unknown>, title: string): Failure | null {
  if (part.error !== null) return part.error;
  if (part.more) return tooMany(title, what, part.items.length);
  return population && part.items.length === 0 ? emptyPopulation(title, what) : null;
}

/** How a reading shows in the answer's coverage. */
export function sourceReport({ source, queried_at, items, gap }: ControlReading): SourceReport {
  const report = { source, count: items.length, queried_at };
  return gap === null ? { ...report, status: "ok" } : { ...report, status: "error", error: gap };
}

/** No fault of the vendor's, and nothing that repeating would mend. */
function tooMany(title: string, what: string, read: number): Failure {
  return new Failure("upstream_rejected", `${title} holds more ${what} than one check reads: ${read} were.`, {
    next_step: "Decide this control by hand, or have those that were found remediated first.",
  });
}

function emptyPopulation(title: string, what: string): Failure {
  return new Failure(
    "credential_rejected",
    `${title} shows no ${what} at all. Its credential may not see them.`,
    {
      next_step: "Tell the people who run this instance to check what the credential is allowed to see.",
    },
  );
}
