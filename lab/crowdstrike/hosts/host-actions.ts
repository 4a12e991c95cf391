/** Simulates containing devices and lifting it. */
import type { Operation, VendorRequest } from "../../simulator.ts";
import type { World } from "../../world.ts";
import { guarded, vendor } from "../authorization.ts";
import { type ApiError, envelope, failure, unknownDevice } from "../envelope.ts";
import { idsOf } from "../ids-body.ts";
import { alreadyDone, type Containment, type ContainmentAction } from "./containment.ts";

const maxDevices = 100;

/** Containing devices and lifting containment. The other actions of the vendor are not simulated. */
export function hostActions(world: World, containment: Containment): Operation[] {
  return [
    {
      id: "PerformActionV2",
      method: "POST",
      path: "/devices/entities/devices-actions/v2",
      ...guarded(world, "hosts:write", (request) => {
        const action = request.query.get("action_name");
        if (action !== "contain" && action !== "lift_containment") {
          return failure(request, 400, "Provided data does not match expected 'Action Parameter' format");
        }
        const ids = idsOf(request, maxDevices);
        if (!ids) return failure(request, 400, `ids must be a list of 1 to ${maxDevices} device IDs`);
        const outcomes = [...new Set(ids)].map((id) => ({ id, error: perform(request, action, id) }));
        const errors = outcomes.flatMap(({ error }) => error ?? []);
        const resources = outcomes
          .filter(({ error }) => !error)
          .map(({ id }) => ({ id, path: `/devices/entities/devices/v1?ids=${id}` }));
        return envelope(request, 202, { resources, errors });
      }),
    },
  ];

  /**
   * Performs the action and records the effect; returns the error if there was none.
   *
   * A repeat counts as one more effect. The document also lists 409 for a device that is there already, but a
   * vendor that forgives repeats would hide that somebody sent one: post a fault with status 409 to see that answer.
   */
  function perform(request: VendorRequest, action: ContainmentAction, id: string): ApiError | undefined {
    const host = world.estate.host(id);
    if (!host) return unknownDevice(id);
    const status = containment.status(id, request.now);
    if (!alreadyDone(action, status)) containment.request(host, action, request.now);
    const at = new Date(request.now).toISOString();
    world.effects.record({ vendor, action, target: `device/${id}`, at, request_id: request.requestId });
    return undefined;
  }
}
