import { join } from "node:path";
import { readWorkerConfig } from "../../cli/local/worker-config.ts";
import { Feeder, type Footprint, type QueueConsumer, type Throughput } from "../consumer.ts";
import { startSallyport, type Workspace } from "../contenders.ts";
import { table } from "../report.ts";
import type { Progress } from "../rounds.ts";
import type { Spread } from "../statistics.ts";
import { type Weight, weighStreams } from "../streams.ts";
import { type EventSize, sizesOf } from "./event-size.ts";
import { CALL_KINDS, everyEvent, leaveEvents } from "./traffic.ts";

/** What grows with use: events, their store, and what open streams take. */
export interface Growth {
  readonly events: readonly EventSize[];
  readonly stored: readonly Footprint[];
  readonly consumer: readonly Throughput[];
  readonly streams: readonly Weight[];
}

/** How many events the store is given before the consumer is measured again. */
const FILLED = 100_000;
/** Cloudflare's bound for one database. */
const LARGEST_DATABASE = 10e9;

/** Measures what grows with use. */
export async function measureGrowth(
  workspace: Workspace,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  progress: Progress,
): Promise<Growth> {
  progress("streams");
  const streams = await weighStreams(workspace);
  progress("starting the consumer");
  const contender = await startSallyport(workspace, "fed", { entry: "fed" });
  try {
    progress("events");
    const left = await leaveEvents(contender, seconds);
    const db = await contender.database();
    const events = sizesOf(await everyEvent(db));
    const feeder = new Feeder(contender, db, left, await auditQueue());
    progress("an empty store's consumer");
    const before = await feeder.throughput(rounds);
    progress("filling the store");
    const stored = await feeder.fill(FILLED / CALL_KINDS.length);
    progress("a full store's consumer");
    const after = await feeder.throughput(rounds);
    await feeder.assertSound();
    return { events, stored, consumer: [...before, ...after], streams };
  } finally {
    await contender.dispose();
  }
}

/** The same as tables in Markdown. */
export function growthTables({ events, stored, consumer, streams }: Growth): string {
  const per_second = ({ median, low, high }: Spread): string =>
    `${median.toFixed(0)} (${low.toFixed(0)} to ${high.toFixed(0)})`;
  const [first] = streams;
  const kb = (bytes: number): string => (bytes / 1e3).toFixed(1);
  return [
    table(
      ["events", "seen", "bytes", "least", "most"],
      events.map(({ of, seen, median, least, most }) => [of, ...[seen, median, least, most].map(whole)]),
    ),
    table(
      [
        "stored",
        "events",
        "bytes of one",
        "in D1 with indexes",
        "in D1 for a call",
        "million calls in 10 GB",
      ],
      stored.map((footprint) => [
        footprint.kind,
        ...[footprint.events_per_call, footprint.event_bytes].map(whole),
        ...[footprint.database_bytes_per_event, footprint.database_bytes_per_call].map(whole),
        (LARGEST_DATABASE / footprint.database_bytes_per_call / 1e6).toFixed(1),
      ]),
    ),
    table(
      ["consumer: events of", "in the store", "batches of", "events/s, new", "events/s, delivered again"],
      consumer.map(({ kind, held, batch, fresh, again }) => [
        ...[kind, whole(held), whole(batch), per_second(fresh), per_second(again)],
      ]),
    ),
    table(
      ["memory", "heap MB", "KB more than at first", "KB each", "process MB"],
      streams.map(({ moment, heap_bytes, heap_bytes_each, resident_bytes }) => [
        ...[moment, (heap_bytes / 1e6).toFixed(2), kb(heap_bytes - (first?.heap_bytes ?? 0))],
        heap_bytes_each === null ? "" : kb(heap_bytes_each),
        resident_bytes === null ? "" : (resident_bytes / 1e6).toFixed(0),
      ]),
    ),
  ].join("\n\n");
}

function whole(value: number): string {
  return value.toFixed(0);
}

/** The queue that events take, with the size of its batches as they are deployed. */
async function auditQueue(): Promise<QueueConsumer> {
  const { options } = await readWorkerConfig(join(import.meta.dirname, ".."));
  const queue = "sallyport-audit";
  const consumers: unknown = options.queueConsumers;
  const { maxBatchSize } = (consumers as Record<string, { maxBatchSize?: number }>)[queue] ?? {};
  if (maxBatchSize === undefined) throw new Error(`wrangler.toml has no batch size for ${queue}`);
  return { queue, max_batch: maxBatchSize };
}
