/**
 * Reads one audit event in full for its URI. Models search with another tool, so this is none of the tools.
 */
import * as z from "zod";
import { findEvent } from "../../audit/store/search.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import { defineRead } from "../../toolkit/read.ts";
import { opaqueId, reportedObject } from "../../toolkit/text/reported-text.ts";
import { OWN_READ } from "../own/source.ts";

/** The read behind an audit event's URI. No tool: a model finds events with `search_audit`. */
export const getAuditEvent = defineRead({
  name: "get_audit_event",
  title: "Get an audit event",
  description:
    "One audit event in full. What can't be seen in it is written out; an export has the text that was hashed.",
  annotations: OWN_READ,
  scope: "audit:read",
  credentials: [],
  input: z.strictObject({ audit_id: z.uuid() }),
  output: z.strictObject({ event: reportedObject, hash: opaqueId }),
  async run({ audit_id }, { env, now }) {
    const found = await findEvent(env.DB, audit_id);
    const queried_at = new Date(now).toISOString();
    const sources = [{ source: "audit", status: "ok", count: found === null ? 0 : 1, queried_at }] as const;
    if (found === null) {
      return { outcome: "not_found", resource: { kind: "audit event", id: audit_id }, sources };
    }
    const event = JSON.parse(found.event) as JsonObject & Record<string, z.core.util.JSONType>;
    return { outcome: "found", data: { event, hash: found.hash }, sources };
  },
});
