import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { link } from "../../../src/audit/event/chain.ts";
import { acceptedKeys } from "../../../src/audit/sign/integrity-settings.ts";
import { signerWith } from "../../../src/audit/sign/signer.ts";
import type { StoredAnchor } from "../../../src/audit/store/integrity-store.ts";
import { storeRecords } from "../../../src/audit/store/store.ts";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { recordColumns } from "../../../verifier/event/stored-event.ts";
import { gatherEvidence, type PresentedProof } from "../../../verifier/verify/evidence.ts";
import { verifyEvents } from "../../../verifier/verify/verify.ts";
import { EVENTS, everyRow, presentedEvent } from "../../../verifier/verify/walk.ts";
import { recordOf } from "../../audit/chain-fixture.ts";

/** The tenant's object of these tests. */
export const tenant = () => env.TENANT_OBJECT.getByName(env.TENANT);

/** A chain whose events are `step_ms` apart from `first_at` on, in milliseconds. */
export function chainSince(
  chain: string,
  length: number,
  first_at: number,
  step_ms = 1_000,
  after: ChainHead = GENESIS,
): AuditRecord[] {
  let head = after;
  return Array.from({ length }, (_, index) => {
    const next = link(
      head,
      {
        chain,
        tenant: env.TENANT,
        event_id: crypto.randomUUID(),
        at: new Date(first_at + index * step_ms).toISOString(),
      },
      { type: "call", decision: "allow", outcome: "ok", tool: "get_device", subject: "ada" },
    );
    head = next;
    return recordOf(next.event);
  });
}

/** Does what somebody who owns the database does first. */
export async function dropPlaceTriggers(): Promise<void> {
  await env.DB.batch(
    ["insert", "update"].map((what) => env.DB.prepare(`DROP TRIGGER audit_events_in_place_on_${what}`)),
  );
}

/** Does for a chain what its object does: has it registered, and its events stored. */
export async function begin(records: readonly AuditRecord[]): Promise<void> {
  const [first] = records;
  if (first === undefined) throw new Error("an empty chain never began");
  await tenant().register({ chain: first.chain, hash: first.hash });
  await storeRecords(env.DB, records);
}

/** Has the tenant's object send nothing by itself for as long as it lives: what is stored is what the test stores. */
export async function quietTenant(): Promise<void> {
  await runInDurableObject(tenant(), (_object, { storage }) => {
    vi.spyOn(storage, "setAlarm").mockResolvedValue();
  });
}

/** Has the store hold what the tenant's object holds: its outbox is sent by its own alarm, some time. */
export async function tenantStored(): Promise<void> {
  const events = await runInDurableObject(tenant(), (_object, { storage }) =>
    storage.sql
      .exec<{ event: string }>("SELECT event FROM audit_outbox ORDER BY seq")
      .toArray()
      .map(({ event }) => event),
  );
  await storeRecords(env.DB, events.map(recordOf));
}

export async function proofs(): Promise<PresentedProof[]> {
  const [anchors, checkpoints] = await env.DB.batch<Record<string, unknown>>([
    env.DB.prepare("SELECT chain, seq, hash, jws FROM audit_anchors ORDER BY chain"),
    env.DB.prepare("SELECT n, jws, heads FROM audit_checkpoints ORDER BY n"),
  ]);
  return [
    ...(anchors?.results ?? []).map((row) => ({ kind: "anchor", ...row })),
    ...(checkpoints?.results ?? []).map((row) => ({ kind: "checkpoint", ...row })),
  ] as PresentedProof[];
}

/** What verification of the store by itself finds, with the signatures: `defect chain first-last`. */
export async function found(): Promise<string[]> {
  const gathered = await gatherEvidence(await proofs(), await acceptedKeys(env));
  const { results } = await env.DB.prepare(everyRow(EVENTS)).all<Record<string, unknown>>();
  const { findings } = verifyEvents(results.map(presentedEvent), null, recordColumns, gathered.evidence);
  return [...gathered.findings, ...findings].map(
    ({ defect, chain, seq, through_seq }) =>
      `${defect} ${chain} ${seq}${through_seq === undefined ? "" : `-${through_seq}`}`,
  );
}

/** An anchor that the tenant's object could have signed. */
export async function signedAnchor(chain: string, { seq, hash }: ChainHead): Promise<StoredAnchor> {
  const at = new Date().toISOString();
  const signer = await signerWith(env.CHECKPOINT_PRIVATE_KEY);
  return { chain, seq, hash, at, jws: await signer.sign("anchor", { chain, seq, hash, at }) };
}

/** Numbers that the store holds of a chain. */
export async function seqs(chain: string): Promise<number[]> {
  const { results } = await env.DB.prepare("SELECT seq FROM audit_events WHERE chain = ? ORDER BY seq")
    .bind(chain)
    .all<{ seq: number }>();
  return results.map(({ seq }) => seq);
}
