/** Simulates finding, describing and changing alerts. */
import * as z from "zod";
import { counted } from "../../paging.ts";
import type { Operation, VendorReply, VendorRequest } from "../../simulator.ts";
import type { World } from "../../world.ts";
import { guarded, vendor } from "../authorization.ts";
import { type ApiError, envelope, failure } from "../envelope.ts";
import { FqlError } from "../fql.ts";
import { propertiesOf, queryRecords } from "../fql-query.ts";
import type { Containment } from "../hosts/containment.ts";
import { describer } from "../hosts/devices.ts";
import { wholeNumber } from "../whole-number.ts";
import { AlertChanges, isAction } from "./alert-changes.ts";
import { type AlertRecord, alertRecord } from "./alert-record.ts";
import { seededAlerts } from "./alert-seed.ts";

const properties = propertiesOf({
  text: `
    agent_id aggregate_id assigned_to_name assigned_to_uid assigned_to_uuid cid composite_id description
    device.device_id device.external_ip device.hostname device.local_ip device.platform_name display_name id name
    cmdline filename filepath logon_domain md5 platform product severity_name sha1 sha256 status tactic tactic_id tags
    technique technique_id type user_id user_name`,
  time: "created_timestamp crawled_timestamp timestamp updated_timestamp",
  number: "confidence pattern_id severity",
});

/** No page reaches further than this. */
const window = 10_000;
const maxDescribed = 1000;
const known = new Map(seededAlerts.map((alert) => [alert.compositeId, alert]));
const composite_ids = z.array(z.string()).min(1).max(maxDescribed);
const describeBody = z.object({ composite_ids });
const patchBody = z.object({
  composite_ids,
  action_parameters: z.array(z.object({ name: z.string(), value: z.string() })).min(1),
});

/** Finding, describing and changing alerts. */
export function alerts(world: World, containment: Containment): Operation[] {
  const changes = new AlertChanges(world.storage);

  return [
    {
      id: "GetQueriesAlertsV2",
      method: "GET",
      path: "/alerts/queries/alerts/v2",
      paging: counted("resources", "meta.pagination.total"),
      ...guarded(world, "alerts:read", find),
    },
    {
      id: "PostEntitiesAlertsV2",
      method: "POST",
      path: "/alerts/entities/alerts/v2",
      ...guarded(world, "alerts:read", (request) => {
        const body = describeBody.safeParse(json(request)).data;
        if (!body) return failure(request, 400, `composite_ids must be a list of 1 to ${maxDescribed} ids`);
        const ids = new Set(body.composite_ids);
        return envelope(request, 200, {
          resources: records(request.now, (id) => ids.has(id)),
          errors: [...ids].filter((id) => !known.has(id)).map(unknownAlert),
        });
      }),
    },
    {
      id: "PatchEntitiesAlertsV3",
      method: "PATCH",
      path: "/alerts/entities/alerts/v3",
      ...guarded(world, "alerts:write", (request) => {
        const body = patchBody.safeParse(json(request)).data;
        if (!body) return failure(request, 400, "composite_ids and action_parameters are required");
        const wrong = body.action_parameters.find((action) => !isAction(action));
        if (wrong) return failure(request, 400, `invalid action parameter ${wrong.name}`);
        const ids = [...new Set(body.composite_ids)];
        const found = ids.filter((id) => known.has(id));
        for (const id of found) perform(request, id, body.action_parameters);
        return envelope(request, 200, {
          affected: found.length,
          errors: ids.filter((id) => !known.has(id)).map(unknownAlert),
        });
      }),
    },
  ];

  function find(request: VendorRequest): VendorReply {
    const offset = wholeNumber(request, "offset", 0, 0, window);
    const limit = wholeNumber(request, "limit", 100, 0, window);
    if (offset === undefined || limit === undefined || offset + limit > window) {
      return failure(request, 400, `offset and limit must be whole numbers, together at most ${window}`);
    }
    try {
      const { query, now } = request;
      const sort = query.get("sort") || "created_timestamp|desc";
      const text = query.get("q")?.toLowerCase() ?? "";
      const found = queryRecords(
        records(now, () => true).filter((record) => JSON.stringify(record).toLowerCase().includes(text)),
        properties,
        query.get("filter"),
        sort,
        now,
      );
      return envelope(request, 200, {
        resources: found.slice(offset, offset + limit).map((alert) => alert.composite_id),
        pagination: { offset, limit, total: found.length },
      });
    } catch (error) {
      if (error instanceof FqlError) return failure(request, 400, error.message);
      throw error;
    }
  }

  function records(now: number, wanted: (compositeId: string) => boolean): AlertRecord[] {
    const changed = changes.all();
    const describe = describer(world, containment, now);
    const seededAt = world.estate.seededAt();
    return seededAlerts
      .filter(({ compositeId }) => wanted(compositeId))
      .map((alert) => {
        const device = alert.host && describe(alert.host);
        return alertRecord(alert, changed.get(alert.compositeId), seededAt, device);
      });
  }

  /** All actions of a request are one change of an alert, and one effect; a repeat counts as one more. */
  function perform(
    request: VendorRequest,
    id: string,
    wanted: readonly { name: string; value: string }[],
  ): void {
    changes.apply(id, wanted, request.now);
    const action = wanted.map(({ name }) => name).join("+");
    const at = new Date(request.now).toISOString();
    world.effects.record({ vendor, action, target: `detection/${id}`, at, request_id: request.requestId });
  }
}

function unknownAlert(id: string): ApiError {
  return { code: 404, message: `No matching alert found for ID ${id}` };
}

function json(request: VendorRequest): unknown {
  try {
    return JSON.parse(request.body);
  } catch {
    return undefined;
  }
}
