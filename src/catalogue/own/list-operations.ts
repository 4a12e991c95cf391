/** Declares the tool that lists state changes: one's own, and those of others where the caller may read the thing. */
import * as z from "zod";
import { eventPlace } from "../../audit/store/event-place.ts";
import { type LatestOperation, latestOperations } from "../../audit/store/operations.ts";
import { authorize } from "../../auth/scope-check.ts";
import { EDGES, type State } from "../../effect/machine/machine.ts";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/lists/paging.ts";
import type { Principal } from "../../toolkit/principal.ts";
import { defineRead } from "../../toolkit/read.ts";
import type { Scope } from "../../toolkit/scopes.ts";
import { since } from "../../toolkit/since.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { OWN_READ, ownSource } from "./source.ts";

/** The scope that lets somebody read things of a kind, and so what others did to them. */
const READS: Readonly<Record<string, Scope>> = {
  device: "devices:read",
  detection: "detections:read",
  scan: "vulnerabilities:read",
  user: "identities:read",
  alert: "alerts:read",
};

export const listOperationsTool = defineRead({
  name: "list_operations",
  title: "List operations",
  description:
    "State changes, the latest first, and how each stands. Your own; with target or finding_id also those of others, where you may read the thing. Very recent ones may be on their way.",
  annotations: OWN_READ,
  scope: "any",
  credentials: [],
  input: z.strictObject({
    since,
    target: z.string().min(1).max(300).optional().describe("As device/crowdstrike:61cf…"),
    finding_id: z.string().trim().min(1).max(200).optional().describe("As the change was given it"),
    state: z
      .enum(Object.keys(EDGES) as State[])
      .optional()
      .describe("How it stands"),
    limit,
    cursor,
  }),
  output: z.strictObject({
    operations: z.array(
      z.strictObject({
        operation_id: opaqueId,
        state: opaqueId,
        tool: opaqueId,
        target: reportedText(),
        requested_by: reportedText(),
        reason: reportedText(1000).nullable(),
        /** When it entered its state. */
        time: z.iso.datetime(),
      }),
    ),
  }),
  async run({ since, target, finding_id, state, limit, cursor }, { env, principal, now }) {
    const question = JSON.stringify([since, target, finding_id, state]);
    const after = cursor === undefined ? null : decodeCursor(cursor, question, eventPlace);
    const found = await latestOperations(env.DB, {
      ...{ state, target, finding_id, limit, after },
      since: since === undefined ? undefined : new Date(since).toISOString(),
      ...sightOf(principal, target !== undefined || finding_id !== undefined),
    });
    return {
      outcome: "found",
      data: { operations: found.operations.map(listed) },
      sources: ownSource(found.operations.length, now),
      next_cursor:
        found.next === null
          ? null
          : encodeCursor({ at: found.next.at, event_id: found.next.event_id }, question),
    };
  },
});

/** Auditors see all. Others see their own, and where they name a thing, those on things that they may read. */
function sightOf(principal: Principal, named: boolean) {
  if (authorize(principal, "audit:read").ok) return {};
  const kinds = Object.keys(READS).filter((kind) => authorize(principal, READS[kind] ?? "audit:read").ok);
  return { sight: { subject: principal.subject, kinds: named ? kinds : [] } };
}

function listed({ operation_id, state, tool, target, subject, reason, at }: LatestOperation) {
  return { operation_id, state, tool, target, requested_by: subject, reason, time: at };
}
