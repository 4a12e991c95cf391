/** Guards of the chain and its way to the database, and tests that fail without them. */
import type { Mutant } from "./mutant.ts";

const CONSUMER = ["test/audit/store/consumer.worker.test.ts"];
const ADVERSARY = ["test/audit/store/queue-adversary.worker.test.ts"];
const LEDGER = ["test/audit/write/ledger.worker.test.ts"];
const OUTBOX = ["test/audit/write/outbox.worker.test.ts"];
const DUE = ["test/audit/write/due.worker.test.ts"];

/** What keeps the audit whole. */
export const AUDIT_GUARDS: readonly Mutant[] = [
  {
    name: "a-chain-without-links",
    file: "src/audit/event/chain.ts",
    tests: ["test/audit/event/chain.test.ts"],
    find: "const prev = head.hash;",
    replace: "const prev = GENESIS.hash;",
  },
  {
    name: "a-head-that-is-only-remembered",
    file: "src/audit/write/ledger.ts",
    tests: LEDGER,
    find: `"UPDATE audit_chain SET seq = ?, hash = ? WHERE id = 1 AND seq = ? AND hash = ?",`,
    replace: `"UPDATE audit_chain SET seq = ?1, hash = ?2 WHERE id = 1 AND ?3 = ?3 AND ?4 = ?4",`,
  },
  {
    name: "a-chain-under-two-names",
    file: "src/audit/write/ledger.ts",
    tests: LEDGER,
    find: "if (row !== undefined && (row.kind !== kind || row.name !== name))",
    replace: "if (row !== undefined && row.kind === null)",
  },
  {
    name: "a-differing-duplicate-that-nobody-compares",
    file: "src/audit/store/consumer.ts",
    tests: CONSUMER,
    find: "if (stored_hash === null || stored_hash === record.hash) return [];",
    replace: "if (stored_hash !== undefined) return [];",
  },
  {
    name: "a-conflict-that-is-not-recorded",
    file: "src/audit/store/consumer.ts",
    tests: ADVERSARY,
    find: "      await storeConflicts(env.DB, conflicts);\n",
    replace: "",
  },
  {
    name: "a-conflict-without-an-alert",
    file: "src/audit/store/consumer.ts",
    tests: ADVERSARY,
    find: `    for (const { offered_event: _event, ...conflict } of conflicts) alert("audit_conflict", conflict);\n`,
    replace: "",
  },
  {
    name: "events-acknowledged-though-the-database-failed",
    file: "src/audit/store/consumer.ts",
    tests: ADVERSARY,
    // Not the `return` alone: of a message's retry and a later ack, the platform takes the first.
    find: "    retryLater(\n      arrivals.map(({ message }) => message),\n      thrown,\n    );\n    return;\n  }\n  for",
    replace: "    if (thrown === null) throw thrown;\n  }\n  for",
  },
  {
    name: "dead-letters-that-vanish",
    file: "src/audit/store/consumer.ts",
    tests: ADVERSARY,
    find: "  await bury(env, [...malformed.keys()],",
    replace: "  if (batch.messages.length < 0) await bury(env, [...malformed.keys()],",
  },
  {
    name: "the-stored-event-is-overwritten",
    file: "src/audit/store/store.ts",
    tests: ADVERSARY,
    find: "ON CONFLICT (chain, seq) DO NOTHING`,",
    replace: "ON CONFLICT (chain, seq) DO UPDATE SET hash = excluded.hash, event = excluded.event`,",
  },
  {
    name: "confirmed-beyond-a-gap",
    file: "src/audit/write/reconcile.ts",
    tests: OUTBOX,
    find: "if (seq === confirmed + 1) confirmed = seq;",
    replace: "if (seq > confirmed) confirmed = seq;",
  },
  {
    name: "confirmed-without-comparing",
    file: "src/audit/write/reconcile.ts",
    tests: OUTBOX,
    find: "if (stored_hash === hash) {",
    replace: "if (stored_hash !== undefined) {",
  },
  {
    name: "nothing-is-sent-again",
    file: "src/audit/write/reconcile.ts",
    tests: OUTBOX,
    find: "missing.push(seq);",
    replace: "",
  },
  {
    name: "forgotten-before-the-store-has-it",
    file: "src/audit/write/outbox.ts",
    tests: OUTBOX,
    find: `"DELETE FROM audit_outbox WHERE seq <= ?", confirmed_seq`,
    replace: `"DELETE FROM audit_outbox WHERE seq >= 0 OR seq = ?", confirmed_seq`,
  },
  {
    name: "an-alarm-without-a-next-one",
    file: "src/audit/write/due.ts",
    tests: DUE,
    find: "      this.#arm(ALARM_SPENT);\n      return tasks;",
    replace: "      return tasks;",
  },
  {
    name: "a-task-that-failed-counts-as-done",
    file: "src/audit/write/audited-object.ts",
    tests: DUE,
    find: "this.due.failed(task, key, Date.now());",
    replace: "this.due.finished(task, key);",
  },
];
