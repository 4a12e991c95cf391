import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { AuditFact } from "../../../src/audit/event/event.ts";
import type { AuditEvent } from "../../../verifier/event/record.ts";
import { checkpointLine } from "../../../verifier/export/export.ts";
import { toOcsf, unreadableToOcsf } from "../../../verifier/export/ocsf.ts";
import { leftOutToOcsf, plantedToOcsf } from "../../../verifier/verify/planted.ts";
import { chainRecords, FULL_FACT } from "../../audit/chain-fixture.ts";
import { anchorBy, newSigner, SignedAudit } from "../../audit/signed-fixture.ts";

function exported(fact: AuditFact, seq = 1) {
  const record = chainRecords("session/s1/test", seq, fact).at(-1);
  if (record === undefined) throw new Error("no record");
  return { record, ocsf: toOcsf(record, record.event, JSON.parse(record.event) as AuditEvent) };
}

const BARE: AuditFact = { type: "credential", decision: "refresh", outcome: "error" };
const OPERATION: AuditFact = {
  ...FULL_FACT,
  type: "operation",
  finding_id: "f1",
  args: { device_id: "d1" },
  detail: { fence: 1 },
  upstream: [{ source: "crowdstrike", operation: "op", attempts: 1, status: 200, latency_ms: 3 }],
  steps: [{ step: "scope", result: "ok", at_ms: 1 }],
};

const ISOLATION = { ...OPERATION, countermeasure: "isolate" } as const;
const CREATION = { ...FULL_FACT, tool: "create_ticket", target: "creation/create_ticket/jira" };

const facts: Record<string, AuditFact> = {
  "a call": FULL_FACT,
  "a read without an outcome of its own": { ...FULL_FACT, tool: "search_devices", outcome: "not_found" },
  "an event with nothing but what it must have": BARE,
  "an event that was cut down": {
    ...FULL_FACT,
    roles: Array.from({ length: 30_000 }, () => "viewer") as never[],
  },
  ...Object.fromEntries(
    [
      "claimed",
      "awaiting_confirmation",
      "awaiting_approval",
      "approved",
      "denied",
      "expired",
      "abandoned",
      "executing",
      "unknown",
      "probing",
      "succeeded",
      "failed_safe",
      "needs_operator",
    ].flatMap((decision) =>
      (
        [
          ["contain_device", "isolate", "device/d1"],
          ["release_device", "restore", "device/d1"],
          ["suspend_user", "evict", "user/u1"],
          ["create_ticket", null, "creation/create_ticket/jira"],
        ] as const
      ).map(([tool, countermeasure, target]) => [
        `${tool}, ${decision}`,
        { ...OPERATION, tool, countermeasure, decision, target },
      ]),
    ),
  ),
};

describe("the class of an event", () => {
  test.each<[string, AuditFact, number, number]>([
    ["a call", FULL_FACT, 6003, 3],
    ["a read", { ...FULL_FACT, tool: "get_device" }, 6003, 2],
    ["a creation", CREATION, 6003, 1],
    ["a sign-in", { type: "sign_in", decision: "allow", outcome: "ok" }, 6003, 99],
    ["a containment that was dispatched", { ...ISOLATION, decision: "executing" }, 7001, 1],
    ["a release that succeeded", { ...ISOLATION, countermeasure: "restore", decision: "succeeded" }, 7001, 3],
    ["a containment that nobody approved yet", { ...ISOLATION, decision: "awaiting_approval" }, 6003, 3],
    [
      "an isolation by a tool that is new",
      { ...ISOLATION, tool: "quarantine", decision: "unknown" },
      7001,
      1,
    ],
    ["a ticket that was created", { ...CREATION, type: "operation", decision: "succeeded" }, 6003, 1],
  ])("%s", (_what, fact, class_uid, activity_id) => {
    const { ocsf } = exported(fact);
    expect(ocsf).toMatchObject({ class_uid, activity_id, type_uid: class_uid * 100 + activity_id });
  });
});

test("an export carries the very text that was hashed, and the attestation of its place", () => {
  const { record, ocsf } = exported(FULL_FACT, 3);
  expect(ocsf).toMatchObject({
    raw_data: record.event,
    raw_data_hash: { algorithm_id: 3, value: record.hash },
    metadata: { uid: record.event_id, sequence: 3, version: "1.8.0" },
    unmapped: {
      attestation_list: [
        {
          chain_uid: record.chain,
          prev_event: { fingerprint: { value: record.prev } },
          fingerprint: { value: record.hash },
        },
      ],
    },
  });
  expect(JSON.stringify(exported(FULL_FACT, 1).ocsf)).not.toContain("prev_event");
});

const folder = process.env.OCSF_SCHEMAS ?? "";

describe.skipIf(!existsSync(folder))("OCSF 1.8.0's schemas (OCSF_SCHEMAS names their folder)", () => {
  const validators = new Map<unknown, ReturnType<Ajv2020["compile"]>>();
  const validatorOf = (class_uid: unknown) => {
    const known = validators.get(class_uid);
    if (known !== undefined) return known;
    const name = class_uid === 7001 ? "remediation_activity" : "api_activity";
    const schema = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), "utf8")) as AnySchemaObject;
    const validate = new Ajv2020({ strict: false }).compile(schema);
    validators.set(class_uid, validate);
    return validate;
  };

  test.each(Object.entries(facts))("hold %s", (_name, fact) => {
    for (const seq of [1, 2]) {
      const { ocsf } = exported(fact, seq);
      const validate = validatorOf(ocsf.class_uid);
      expect(validate(ocsf) ? [] : validate.errors).toEqual([]);
    }
  });

  test("hold a stored text that isn't an event's", () => {
    const [record] = chainRecords("session/s1/test", 1);
    const ocsf = unreadableToOcsf(record ?? expect.fail(), "garbage");
    const validate = validatorOf(6003);
    expect(validate(ocsf) ? [] : validate.errors).toEqual([]);
  });

  test("hold a row that stands where no object writes", () => {
    const row = { planted_in: "audit_events", chain: "", seq: "abc", text: "garbage" } as const;
    const validate = validatorOf(6003);
    expect(validate(plantedToOcsf(row)) ? [] : validate.errors).toEqual([]);
    expect(validate(leftOutToOcsf(2)) ? [] : validate.errors).toEqual([]);
  });

  test("hold checkpoints and anchors", async () => {
    const signer = await newSigner();
    const { checkpoints, records } = await SignedAudit.create(signer, signer);
    const [record] = records.get("session/s1/1") ?? [];
    const lines = [...checkpoints.map(checkpointLine), await anchorBy(signer, record ?? expect.fail())];
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const validate = validatorOf(6003);
      expect(validate(JSON.parse(line)) ? [] : validate.errors).toEqual([]);
    }
  });

  test("refuse an event with an attribute of our own outside of unmapped", () => {
    const { ocsf } = exported(FULL_FACT);
    expect(validatorOf(6003)({ ...ocsf, decision: "allow" })).toBe(false);
  });
});
