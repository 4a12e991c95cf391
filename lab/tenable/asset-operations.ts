/** Simulates looking up assets. */
import type { Operation } from "../simulator.ts";
import type { World } from "../world.ts";
import { isScanned, listedAsset } from "./assets.ts";
import { failure } from "./failure.ts";
import { guarded, roles } from "./users.ts";

/** The vendor lists no more. */
const most = 5_000;

/** Looking up assets: all of them, or one by its id. */
export function assetOperations({ estate }: World): Operation[] {
  const assets = () => estate.hosts.filter(isScanned).map((host) => listedAsset(host, estate.seededAt()));
  return [
    {
      id: "assets-list-assets",
      method: "GET",
      path: "/assets",
      ...guarded(roles.basic, () => {
        const all = assets();
        return { status: 200, body: { assets: all.slice(0, most), total: all.length } };
      }),
    },
    {
      id: "assets-asset-info",
      method: "GET",
      path: "/assets/{asset_uuid}",
      ...guarded(roles.basic, ({ params }) => {
        const asset = assets().find(({ id }) => id === params.asset_uuid);
        return asset ? { status: 200, body: asset } : failure(404);
      }),
    },
  ];
}
