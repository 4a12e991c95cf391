/** Simulates EPSS. */
import { counted } from "../paging.ts";
import type { Simulator, VendorReply } from "../simulator.ts";
import { publicSource } from "./public-source.ts";
import { vulnerability } from "./vulnerabilities.ts";

const dayMs = 86_400_000;

const page = (data: readonly object[], total = data.length): VendorReply => ({
  status: 200,
  body: {
    status: "OK",
    "status-code": 200,
    version: "1.0",
    access: "public",
    total,
    offset: 0,
    limit: 100,
    data,
  },
});

/** FIRST's Exploit Prediction Scoring System: yesterday's scores, as decimal strings. */
export function epss(): Simulator {
  return publicSource({
    vendor: "epss",
    operation: {
      id: "getEpss",
      method: "GET",
      path: "/data/v1/epss",
      paging: counted("data", "total"),
      handle({ query, now }) {
        const date = new Date(now - dayMs).toISOString().slice(0, 10);
        const wanted = (query.get("cve") ?? "").split(",");
        return page(
          wanted.flatMap((cve) => {
            const scored = vulnerability(cve)?.epss;
            return scored ? [{ cve, epss: scored.score, percentile: scored.percentile, date }] : [];
          }),
        );
      },
    },
    // No error body is documented.
    failure: (_request, status) => ({ status }),
    partial: () => page([], 1),
    renamed: { percentile: "rank" },
    retyped: { epss: Number },
  });
}
