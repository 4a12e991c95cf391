/** Simulates describing devices. */
import type { Operation } from "../../simulator.ts";
import type { World } from "../../world.ts";
import { guarded } from "../authorization.ts";
import { envelope, failure, unknownDevice } from "../envelope.ts";
import { idsOf } from "../ids-body.ts";
import type { Containment } from "./containment.ts";
import { customerId } from "./device-record.ts";
import { describer } from "./devices.ts";

const maxDetails = 5000;
const maxOnlineStates = 100;

/** Describing devices by their ids. */
export function hostEntities(world: World, containment: Containment): Operation[] {
  return [
    {
      id: "PostDeviceDetailsV2",
      method: "POST",
      path: "/devices/entities/devices/v2",
      ...guarded(world, "hosts:read", (request) => {
        const ids = idsOf(request, maxDetails);
        if (!ids) return failure(request, 400, `ids must be a list of 1 to ${maxDetails} device IDs`);
        const describe = describer(world, containment, request.now);
        // Partial, like everything in this API: who is known is described, who isn't is an error beside it.
        return envelope(request, 200, {
          resources: ids.flatMap((id) => world.estate.host(id) ?? []).map(describe),
          errors: ids.filter((id) => !world.estate.host(id)).map(unknownDevice),
        });
      }),
    },
    {
      id: "GetOnlineState_V1",
      method: "GET",
      path: "/devices/entities/online-state/v1",
      ...guarded(world, "hosts:read", (request) => {
        const ids = request.query.getAll("ids");
        if (ids.length === 0 || ids.length > maxOnlineStates) {
          return failure(request, 400, `ids must be 1 to ${maxOnlineStates} device IDs`);
        }
        const resources = ids.map((id) => {
          const host = world.estate.host(id);
          if (!host) return { id, state: "unknown" };
          const state = host.online ? "online" : "offline";
          return {
            id,
            cid: customerId,
            state,
            last_seen: new Date(world.estate.lastSeen(host)).toISOString(),
          };
        });
        return envelope(request, 200, { resources });
      }),
    },
  ];
}
