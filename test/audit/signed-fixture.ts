import { generateKeyPairSync } from "node:crypto";
import { link } from "../../src/audit/event/chain.ts";
import type { AuditFact } from "../../src/audit/event/event.ts";
import { type Signer, signerWith } from "../../src/audit/sign/signer.ts";
import { type ChainHead, GENESIS } from "../../verifier/event/chain-head.ts";
import type { AuditRecord } from "../../verifier/event/record.ts";
import { anchorLine, checkpointLine, exportLine } from "../../verifier/export/export.ts";
import { exportColumns, readExport } from "../../verifier/export/exported.ts";
import { readExportedProofs } from "../../verifier/export/exported-proofs.ts";
import { checkpointDigest, type ListedHead, nextCheckpoint } from "../../verifier/proof/checkpoint.ts";
import type { PublicKey } from "../../verifier/proof/signature.ts";
import { checkpointTail, gatherEvidence } from "../../verifier/verify/evidence.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import { recordOf } from "./chain-fixture.ts";

const TENANT_CHAIN = "tenant/acme/1";
const FIRST_AT = 1_800_000_000_000;
const HOUR = 3_600_000;

/** A signer with a key of its own. */
export function newSigner(): Promise<Signer> {
  const { privateKey } = generateKeyPairSync("ed25519");
  return signerWith(privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"));
}

/** An instance's audit in miniature: two chains, the tenant's, and a checkpoint by each signer, two hours apart. */
export class SignedAudit {
  readonly records = new Map<string, AuditRecord[]>();
  readonly checkpoints: { n: number; jws: string; heads: string }[] = [];
  #now = FIRST_AT;
  #last: ChainHead = GENESIS;
  readonly #signed = new Map<string, number>();

  static async create(...signers: readonly Signer[]): Promise<SignedAudit> {
    const audit = new SignedAudit();
    audit.append(TENANT_CHAIN, { type: "tenant", decision: "begin", outcome: "ok" });
    audit.#register(TENANT_CHAIN);
    for (const signer of signers) {
      for (let count = 0; count < 3; count++) {
        audit.call("session/s1/1");
        audit.call("effect/d1/1");
      }
      await audit.checkpoint(signer);
      audit.#now += 2 * HOUR;
    }
    audit.call("session/s1/1");
    return audit;
  }

  call(chain: string): void {
    this.append(chain, {
      type: "call",
      decision: "allow",
      outcome: "ok",
      tool: "get_device",
      subject: "ada",
    });
    if (this.records.get(chain)?.length === 1) this.#register(chain);
  }

  append(chain: string, fact: AuditFact): void {
    const records = this.records.get(chain) ?? [];
    this.records.set(chain, records);
    this.#now += 1_000;
    const stamp = {
      chain,
      tenant: "acme",
      event_id: crypto.randomUUID(),
      at: new Date(this.#now).toISOString(),
    };
    records.push(recordOf(link(records.at(-1) ?? GENESIS, stamp, fact).event));
  }

  async checkpoint(signer: Signer): Promise<void> {
    const heads = [...this.records].flatMap(([chain, records]): ListedHead[] => {
      const last = records.at(-1);
      return last === undefined || last.seq === this.#signed.get(chain) ? [] : [[chain, last.seq, last.hash]];
    });
    const { statement, list } = nextCheckpoint(this.#last, heads, new Date(this.#now).toISOString());
    const jws = await signer.sign("checkpoint", statement);
    this.#last = { seq: statement.n, hash: checkpointDigest(jws) };
    for (const [chain, seq] of heads) this.#signed.set(chain, seq);
    this.checkpoints.push({ n: statement.n, jws, heads: list });
    const detail = { n: statement.n, digest: this.#last.hash, chains: heads.length };
    this.append(TENANT_CHAIN, { type: "checkpoint", decision: "sign", outcome: "ok", detail });
  }

  #register(chain: string): void {
    const hash = this.records.get(chain)?.[0]?.hash ?? "";
    this.append(TENANT_CHAIN, { type: "chain", decision: "begin", outcome: "ok", detail: { chain, hash } });
  }

  /** As an instance exports it. */
  get lines(): string[] {
    const events = [...this.records.values()].flat();
    return [
      ...this.checkpoints.map(checkpointLine),
      ...events.map((record) => exportLine(record, record.event)),
    ];
  }
}

/** What offline verification finds: `defect chain first-last`. */
export async function foundOffline(
  lines: readonly string[],
  keys: readonly PublicKey[] | null,
  kept: readonly string[] = [],
): Promise<string[]> {
  const gathered = await gatherEvidence([...readExportedProofs(lines)], keys, kept);
  const { findings, tenant, newest } = verifyEvents(
    [...readExport(lines)],
    null,
    exportColumns,
    gathered.evidence,
  );
  return [...gathered.findings, ...checkpointTail(gathered.last, tenant.checkpoint, newest), ...findings].map(
    ({ defect, chain, seq, through_seq }) =>
      `${defect} ${chain} ${seq}${through_seq === undefined ? "" : `-${through_seq}`}`,
  );
}

/** An anchor's line, by this signer. */
export async function anchorBy(signer: Signer, { chain, seq, hash }: AuditRecord): Promise<string> {
  const jws = await signer.sign("anchor", { chain, seq, hash, at: new Date(FIRST_AT).toISOString() });
  return anchorLine({ chain, seq, hash, jws });
}
