import * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { nvd } from "./sources.ts";

const OPERATION = "getCves";

/** NVD writes UTC without saying so: `2021-12-10T10:15:09.143`. */
const time = z.iso
  .datetime({ local: true })
  .transform((value) => new Date(value.endsWith("Z") ? value : `${value}Z`).toISOString());

const LangString = z.object({ lang: z.string(), value: z.string() });

const metric = <Data extends z.ZodRawShape>(data: Data) =>
  z
    .array(
      z.object({
        source: z.string(),
        type: z.enum(["Primary", "Secondary"]),
        cvssData: z.object({
          version: z.string(),
          vectorString: z.string(),
          baseScore: z.number().min(0).max(10),
          ...data,
        }),
      }),
    )
    .nullish();

const Severity = z.enum(["NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);
const rated = metric({ baseSeverity: Severity });
/** CVSS 2 has no levels of its own. */
const unrated = metric({});

/** What we rely on of a CVE in NVD's answer. */
const NvdRecord = z.object({
  id: z.string(),
  vulnStatus: z.string().nullish(),
  published: time,
  lastModified: time,
  descriptions: z.array(LangString),
  metrics: z
    .object({ cvssMetricV40: rated, cvssMetricV31: rated, cvssMetricV30: rated, cvssMetricV2: unrated })
    .nullish(),
  weaknesses: z.array(z.object({ description: z.array(LangString) })).nullish(),
  references: z.array(z.object({ url: z.string() })),
});
export type NvdRecord = z.output<typeof NvdRecord>;

const NvdAnswer = z
  .object({ totalResults: z.int().min(0), vulnerabilities: z.array(z.object({ cve: NvdRecord })) })
  .refine(({ totalResults, vulnerabilities }) => vulnerabilities.length === totalResults, {
    path: ["vulnerabilities"],
  });

/** What NVD knows of a CVE, or `null`. */
export async function readNvd(upstream: Upstream, cve_id: string): Promise<NvdRecord | null> {
  const { vulnerabilities } = await upstream.read(
    { operation: OPERATION, method: "GET", path: "/rest/json/cves/2.0", query: { cveId: cve_id } },
    NvdAnswer,
  );
  const [found] = vulnerabilities;
  if (found === undefined) return null;
  if (found.cve.id !== cve_id) throw contractChanged(nvd, OPERATION, "vulnerabilities.0.cve.id");
  return found.cve;
}
