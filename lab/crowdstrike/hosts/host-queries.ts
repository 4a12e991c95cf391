/** Simulates finding devices. */
import { counted } from "../../paging.ts";
import type { Operation, VendorReply, VendorRequest } from "../../simulator.ts";
import type { World } from "../../world.ts";
import { guarded } from "../authorization.ts";
import { envelope, failure, type Pagination } from "../envelope.ts";
import { FqlError } from "../fql.ts";
import { readScrollOffset, scrollLifetimeMs, scrollOffset } from "../scroll.ts";
import { wholeNumber } from "../whole-number.ts";
import type { Containment } from "./containment.ts";
import { queryDevices } from "./device-query.ts";
import { describer } from "./devices.ts";

interface Page {
  resources: string[];
  limit: number;
  total: number;
}

/** Finding devices: by page, and by a scroll that goes on from an opaque offset. Both answer with ids only. */
export function hostQueries(world: World, containment: Containment): Operation[] {
  return [
    {
      id: "QueryDevicesByFilter",
      method: "GET",
      path: "/devices/queries/devices/v1",
      paging: counted("resources", "meta.pagination.total"),
      ...guarded(world, "hosts:read", (request) => {
        const offset = wholeNumber(request, "offset", 0, 0, Number.MAX_SAFE_INTEGER);
        if (offset === undefined) return failure(request, 400, "offset must be a whole number");
        return page(request, offset, 5000, ({ limit, total }) => ({ offset, limit, total }));
      }),
    },
    {
      id: "QueryDevicesByFilterScroll",
      method: "GET",
      path: "/devices/queries/devices-scroll/v1",
      ...guarded(world, "hosts:read", (request) => {
        const offset = readScrollOffset(request);
        if (offset === undefined) return failure(request, 400, "scroll offset is unknown or has expired");
        return page(request, offset, 10_000, ({ resources, limit, total }) => {
          const end = offset + resources.length;
          const expiresAt = request.now + scrollLifetimeMs;
          const next = end < total ? scrollOffset(end, expiresAt, request) : "";
          return { offset: next, limit, total, expires_at: expiresAt * 1_000_000 };
        });
      }),
    },
  ];

  function page(
    request: VendorRequest,
    offset: number,
    maxLimit: number,
    paginate: (page: Page) => Pagination,
  ): VendorReply {
    const limit = wholeNumber(request, "limit", 100, 1, maxLimit);
    if (limit === undefined)
      return failure(request, 400, `limit must be a whole number from 1 to ${maxLimit}`);
    try {
      const { query, now } = request;
      const devices = world.estate.hosts.map(describer(world, containment, now));
      const found = queryDevices(devices, query.get("filter"), query.get("sort"), now);
      const resources = found.slice(offset, offset + limit).map((device) => device.device_id);
      return envelope(request, 200, {
        resources,
        pagination: paginate({ resources, limit, total: found.length }),
      });
    } catch (error) {
      if (error instanceof FqlError) return failure(request, 400, error.message);
      throw error;
    }
  }
}
