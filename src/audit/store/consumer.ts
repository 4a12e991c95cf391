/** Takes events from the queue into the audit store, and records those that conflict or can't be read. */
import { type AuditRecord, readRecord } from "../../../verifier/event/record.ts";
import type { Env } from "../../bindings.ts";
import { alert, reasonOf } from "../../observe/log.ts";
import { reportTroubles } from "../event/trouble-facts.ts";
import { unsignedAnchors } from "../sign/unsigned-anchors.ts";
import { chunksBySize } from "./chunks.ts";
import {
  type Conflict,
  type DeadLetter,
  placeOf,
  storeConflicts,
  storeDeadLetters,
  storeRecords,
  troubleOf,
} from "./store.ts";

const FIRST_RETRY_S = 5;
const LAST_RETRY_S = 300;

/** D1 takes values of 2 MB, and what is stored goes in as one. */
const MAX_STATEMENT_BYTES = 1_500_000;

interface Arrival {
  readonly message: Message;
  readonly record: AuditRecord;
}

/**
 * The queue's side of the audit: stores events, and records what can't be stored as one. Every message is
 * acknowledged only after the database holds it; when the database fails, it comes again later.
 * @param onStored is told of events that are in the database now, perhaps more than once. What it can't take comes
 * again, too.
 */
export async function consumeAudit(
  batch: MessageBatch,
  env: Env,
  onStored: (records: readonly AuditRecord[]) => Promise<void> = async () => {},
): Promise<void> {
  if (batch.queue.endsWith("-dead")) {
    await bury(env, batch.messages, batch.queue, () => "delivered too often without being stored");
    return;
  }
  const arrivals: Arrival[] = [];
  const malformed = new Map<Message, string>();
  for (const message of batch.messages) {
    const read = readRecord(message.body);
    if (read.ok) arrivals.push({ message, record: read.record });
    else malformed.set(message, read.reason);
  }
  for (const chunk of chunksBySize(arrivals, ({ record }) => bytesOf(record), MAX_STATEMENT_BYTES)) {
    await store(env, chunk, onStored);
  }
  await bury(env, [...malformed.keys()], batch.queue, (message) => malformed.get(message) ?? "malformed");
}

async function store(
  env: Env,
  arrivals: readonly Arrival[],
  onStored: (records: readonly AuditRecord[]) => Promise<void>,
): Promise<void> {
  try {
    const stored = await storeUnlessGone(
      env,
      arrivals.map(({ record }) => record),
    );
    // Compared after every insert, not only after those that were ignored: what counts is what is there.
    const conflicts = arrivals.flatMap(({ record }) => conflictOf(record, stored));
    if (conflicts.length > 0) {
      await storeConflicts(env.DB, conflicts);
      await reportTroubles(env, conflicts.map(troubleOf));
    }
    for (const { offered_event: _event, ...conflict } of conflicts) alert("audit_conflict", conflict);
    await onStored(
      arrivals.map(({ record }) => record).filter((record) => stored.get(placeOf(record)) === record.hash),
    );
  } catch (thrown) {
    retryLater(
      arrivals.map(({ message }) => message),
      thrown,
    );
    return;
  }
  for (const { message } of arrivals) message.ack();
}

/** An anchor says that an event has gone. It takes a signature for that, or anybody could keep events out. */
async function storeUnlessGone(
  env: Env,
  records: readonly AuditRecord[],
): Promise<ReadonlyMap<string, string | null>> {
  const { hashes, anchors } = await storeRecords(env.DB, records);
  const unsigned = await unsignedAnchors(env, anchors, "consumer");
  if (unsigned.length === 0) return hashes;
  const chains = unsigned.map(({ chain }) => chain);
  return (await storeRecords(env.DB, records, chains)).hashes;
}

function conflictOf(record: AuditRecord, stored: ReadonlyMap<string, string | null>): Conflict[] {
  const stored_hash = stored.get(placeOf(record));
  if (stored_hash === undefined) throw new Error(`${placeOf(record)} was not stored`);
  if (stored_hash === null || stored_hash === record.hash) return [];
  const { chain, seq, hash: offered_hash, event: offered_event } = record;
  return [{ chain, seq, stored_hash, offered_hash, offered_event, seen_by: "consumer" }];
}

async function bury(
  env: Env,
  messages: readonly Message[],
  queue: string,
  reasonFor: (message: Message) => string,
): Promise<void> {
  const buried = messages.map((message) => ({
    message,
    letter: letterOf(message, queue, reasonFor(message)),
  }));
  for (const chunk of chunksBySize(buried, ({ letter }) => bytesOf(letter), MAX_STATEMENT_BYTES)) {
    try {
      await storeDeadLetters(
        env.DB,
        chunk.map(({ letter }) => letter),
      );
      // Only once the store takes them: the report is an event, which it has to take, too.
      await reportTroubles(
        env,
        chunk.map(({ letter: { id: message, body: _body, ...letter } }) => ({
          kind: "dead_letter",
          message,
          ...letter,
        })),
      );
    } catch (thrown) {
      retryLater(
        chunk.map(({ message }) => message),
        thrown,
      );
      continue;
    }
    for (const { message, letter } of chunk) {
      const { body: _body, ...rest } = letter;
      alert("audit_dead_letter", rest);
      message.ack();
    }
  }
}

function letterOf({ id, body }: Message, queue: string, reason: string): DeadLetter {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const read = readRecord(text);
  const { chain, seq } = read.ok ? read.record : { chain: null, seq: null };
  return { id, queue, reason, chain, seq, body: text.toWellFormed() };
}

function retryLater(messages: readonly Message[], thrown: unknown): void {
  alert("audit_store_failed", { messages: messages.length, reason: reasonOf(thrown) });
  for (const message of messages) {
    const delaySeconds = Math.min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** (message.attempts - 1));
    message.retry({ delaySeconds });
  }
}

function bytesOf(row: AuditRecord | DeadLetter): number {
  return Buffer.byteLength(JSON.stringify(row), "utf8");
}
