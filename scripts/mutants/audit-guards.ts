import type { Mutant } from "./mutant.ts";

const CONSUMER = ["test/audit/consumer.worker.test.ts"];
const ADVERSARY = ["test/audit/queue-adversary.worker.test.ts"];
const LEDGER = ["test/audit/ledger.worker.test.ts"];
const OUTBOX = ["test/audit/outbox.worker.test.ts"];
const GAPS = ["test/audit/gaps.worker.test.ts"];
const DUE = ["test/audit/due.worker.test.ts"];
const EXPORT = ["test/audit/whole-export.worker.test.ts"];
const CHECKPOINTS = ["test/tenant/checkpoints.worker.test.ts"];
const TAMPERING = ["test/tenant/retention-tampering.worker.test.ts"];

/** What keeps the audit whole. */
export const AUDIT_GUARDS: readonly Mutant[] = [
  {
    name: "a-chain-without-links",
    file: "src/audit/chain.ts",
    tests: ["test/audit/chain.test.ts"],
    find: "const prev = head.hash;",
    replace: "const prev = GENESIS.hash;",
  },
  {
    name: "a-head-that-is-only-remembered",
    file: "src/audit/ledger.ts",
    tests: LEDGER,
    find: `"UPDATE audit_chain SET seq = ?, hash = ? WHERE id = 1 AND seq = ? AND hash = ?",`,
    replace: `"UPDATE audit_chain SET seq = ?1, hash = ?2 WHERE id = 1 AND ?3 = ?3 AND ?4 = ?4",`,
  },
  {
    name: "a-chain-under-two-names",
    file: "src/audit/ledger.ts",
    tests: LEDGER,
    find: "if (row !== undefined && (row.kind !== kind || row.name !== name))",
    replace: "if (row !== undefined && row.kind === null)",
  },
  {
    name: "a-differing-duplicate-that-nobody-compares",
    file: "src/audit/consumer.ts",
    tests: CONSUMER,
    find: "if (stored_hash === null || stored_hash === record.hash) return [];",
    replace: "if (stored_hash !== undefined) return [];",
  },
  {
    name: "a-conflict-that-is-not-recorded",
    file: "src/audit/consumer.ts",
    tests: ADVERSARY,
    find: "    if (conflicts.length > 0) await storeConflicts(db, conflicts);\n",
    replace: "",
  },
  {
    name: "a-conflict-without-an-alert",
    file: "src/audit/consumer.ts",
    tests: ADVERSARY,
    find: `    for (const { offered_event: _event, ...conflict } of conflicts) alert("audit_conflict", conflict);\n`,
    replace: "",
  },
  {
    name: "events-acknowledged-though-the-database-failed",
    file: "src/audit/consumer.ts",
    tests: ADVERSARY,
    // Not the `return` alone: of a message's retry and a later ack, the platform takes the first.
    find: "    retryLater(\n      arrivals.map(({ message }) => message),\n      thrown,\n    );\n    return;\n  }\n  for",
    replace: "    if (thrown === null) throw thrown;\n  }\n  for",
  },
  {
    name: "dead-letters-that-vanish",
    file: "src/audit/consumer.ts",
    tests: ADVERSARY,
    find: "  await bury(env.DB, [...malformed.keys()],",
    replace: "  if (batch.messages.length < 0) await bury(env.DB, [...malformed.keys()],",
  },
  {
    name: "the-stored-event-is-overwritten",
    file: "src/audit/store.ts",
    tests: ADVERSARY,
    find: "ON CONFLICT (chain, seq) DO NOTHING`,",
    replace: "ON CONFLICT (chain, seq) DO UPDATE SET hash = excluded.hash, event = excluded.event`,",
  },
  {
    name: "confirmed-beyond-a-gap",
    file: "src/audit/reconcile.ts",
    tests: OUTBOX,
    find: "if (seq === confirmed + 1) confirmed = seq;",
    replace: "if (seq > confirmed) confirmed = seq;",
  },
  {
    name: "confirmed-without-comparing",
    file: "src/audit/reconcile.ts",
    tests: OUTBOX,
    find: "if (stored_hash === hash) {",
    replace: "if (stored_hash !== undefined) {",
  },
  {
    name: "nothing-is-sent-again",
    file: "src/audit/reconcile.ts",
    tests: OUTBOX,
    find: "missing.push(seq);",
    replace: "",
  },
  {
    name: "forgotten-before-the-store-has-it",
    file: "src/audit/outbox.ts",
    tests: OUTBOX,
    find: `"DELETE FROM audit_outbox WHERE seq <= ?", confirmed_seq`,
    replace: `"DELETE FROM audit_outbox WHERE seq >= 0 OR seq = ?", confirmed_seq`,
  },
  {
    name: "an-alarm-without-a-next-one",
    file: "src/audit/due.ts",
    tests: DUE,
    find: "      this.#arm(ALARM_SPENT);\n      return tasks;",
    replace: "      return tasks;",
  },
  {
    name: "a-task-that-failed-counts-as-done",
    file: "src/audit/audited-object.ts",
    tests: DUE,
    find: "this.due.failed(task, key, Date.now());",
    replace: "this.due.finished(task, key);",
  },
  {
    name: "retention-in-the-middle-of-an-export",
    file: "src/tenant/tenant-object.ts",
    tests: EXPORT,
    find: "if (this.#hold.release(now)) await",
    replace: "await",
  },
  {
    name: "an-export-that-begins-in-the-middle-of-retention",
    file: "src/tenant/tenant-object.ts",
    tests: EXPORT,
    find: "    await this.#attesting?.catch(() => undefined);\n",
    replace: "",
  },
  {
    name: "an-export-that-goes-on-though-events-have-gone",
    file: "src/audit/whole-export.ts",
    tests: EXPORT,
    find: ".holdRetention(now)) !== this.#runs) {",
    replace: ".holdRetention(now)) < this.#runs) {",
  },
  {
    name: "an-export-of-events-that-came-meanwhile",
    file: "src/audit/whole-export.ts",
    tests: EXPORT,
    find: "AND rowid <= CAST(? AS INTEGER)",
    replace: "AND ? IS NOT NULL",
  },
  {
    name: "an-export-of-checkpoints-that-came-meanwhile",
    file: "src/audit/proof-lines.ts",
    tests: EXPORT,
    find: "WHERE n > ? AND n <= ? ORDER BY n",
    replace: "WHERE n > ? AND ? IS NOT NULL ORDER BY n",
  },
  {
    name: "a-checkpoint-that-only-looks-old-goes",
    file: "src/audit/removable-checkpoints.ts",
    tests: TAMPERING,
    find: "({ at }) => at >= cutoff",
    replace: `({ at }) => at === ""`,
  },
  {
    name: "a-checkpoint-that-the-next-one-does-not-know-goes",
    file: "src/audit/removable-checkpoints.ts",
    tests: TAMPERING,
    find: "(above === null || statement.prev === above) &&",
    replace: "",
  },
  {
    name: "events-go-under-an-anchor-of-somebody-elses",
    file: "src/audit/integrity-store.ts",
    tests: TAMPERING,
    find: "AND a.seq = json_extract(named.value, '$.seq')\n      AND a.hash = json_extract(named.value, '$.hash'))`;",
    replace: ")`;",
  },
  {
    name: "a-forged-checkpoint-in-the-way",
    file: "src/tenant/checkpoints.ts",
    tests: CHECKPOINTS,
    find: "if (found !== null) await this.#displace(checkpoint, found, accepted);",
    replace: `if (found !== null) throw new Error("the store has another one");`,
  },
  {
    name: "a-checkpoint-of-a-forgotten-life-is-signed-over",
    file: "src/tenant/checkpoints.ts",
    tests: CHECKPOINTS,
    find: "if (isAnother(signed, claimedStatement(jws)))",
    replace: "if (signed === undefined)",
  },
  {
    name: "a-displaced-checkpoint-that-is-not-kept",
    file: "src/audit/integrity-store.ts",
    tests: CHECKPOINTS,
    find: "  await storeConflicts(db, [conflict]);\n",
    replace: "",
  },
  {
    name: "a-checkpoint-by-anybodys-key-is-published",
    file: "src/audit/signed-checkpoint.ts",
    tests: CHECKPOINTS,
    find: `await verifiedStatement(jws, "checkpoint", keys)`,
    replace: `JSON.parse(atob(jws.split(".")[1] ?? ""))`,
  },
  {
    name: "a-forged-checkpoint-keeps-the-last-one-young",
    file: "src/audit/signed-checkpoint.ts",
    tests: GAPS,
    find: `await verifiedStatement(jws, "checkpoint", keys)`,
    replace: `JSON.parse(atob(jws.split(".")[1] ?? ""))`,
  },
  {
    name: "an-old-checkpoint-under-a-later-number",
    file: "src/audit/signed-checkpoint.ts",
    tests: GAPS,
    find: "statement?.n === n ?",
    replace: "statement !== null && n > 0 ?",
  },
  {
    name: "events-let-go-of-on-anybodys-word",
    file: "src/audit/outbox.ts",
    tests: OUTBOX,
    find: "return unsigned === undefined ? anchor : null;",
    replace: "return unsigned === null ? null : anchor;",
  },
  {
    name: "events-kept-out-on-anybodys-word",
    file: "src/audit/consumer.ts",
    tests: CONSUMER,
    find: "if (unsigned.length === 0) return hashes;",
    replace: "if (unsigned.length >= 0) return hashes;",
  },
  {
    name: "an-anchor-that-says-other-than-what-was-signed",
    file: "src/audit/anchor.ts",
    tests: CONSUMER,
    find: "statement?.chain === chain && statement.seq === seq && statement.hash === hash",
    replace: "statement !== null && chain !== hash && seq > 0",
  },
];
