/** Asks EPSS how likely it is that a CVE is exploited. */
import * as z from "zod";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Patience, Upstream } from "../../toolkit/upstream/upstream.ts";
import { epss } from "./sources.ts";

const OPERATION = "getEpss";

/** From 0 to 1, which FIRST writes as a decimal string. */
const decimal = z
  .string()
  .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
  .transform(Number)
  .nullish();

const EpssRow = z.object({
  cve: z.string(),
  epss: decimal,
  percentile: decimal,
  date: z.iso.date().nullish(),
});
export type EpssRow = z.output<typeof EpssRow>;

const EpssAnswer = z
  .object({ total: z.int().min(0).nullish(), data: z.array(EpssRow) })
  .refine(({ total, data }) => (total ?? data.length) === data.length, { path: ["data"] });

/** The newest score of a CVE, or `null` if it has none. */
export async function readEpss(
  upstream: Upstream,
  cve_id: string,
  patience: Partial<Patience> = {},
): Promise<EpssRow | null> {
  const { data } = await upstream.read(
    {
      operation: OPERATION,
      method: "GET",
      path: "/data/v1/epss",
      query: { cve: cve_id },
      about: ["cve_id"],
      patience,
    },
    EpssAnswer,
  );
  const [row] = data;
  if (row === undefined) return null;
  if (row.cve !== cve_id) throw contractChanged(epss, OPERATION, "data.0.cve");
  return row;
}
