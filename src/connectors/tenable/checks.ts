/** What the doctor tries at Tenable. */

import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { tenableCredentials } from "./credentials.ts";
import { TENABLE_OPERATIONS } from "./errors.ts";
import { AssetList, ScanList } from "./schemas.ts";

/** Both keys, each by the least that its user may read. That a user may launch shows only when it does. */
export const tenableChecks: readonly VendorCheck[] = [
  {
    name: "assets",
    credential: tenableCredentials.read,
    async run(upstream) {
      const request = { operation: TENABLE_OPERATIONS.listAssets, method: "GET", path: "/assets" } as const;
      const { assets } = await upstream.read(request, AssetList);
      return assets.records.length > 0
        ? []
        : ["TENABLE_READ_ACCESS_KEY: its user sees no assets. Give it Can View on them."];
    },
  },
  {
    name: "scans",
    credential: tenableCredentials.scan,
    async run(upstream) {
      await upstream.read(
        { operation: TENABLE_OPERATIONS.listScans, method: "GET", path: "/scans" },
        ScanList,
      );
      return [];
    },
  },
];
