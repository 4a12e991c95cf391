/** Asks NVD about a CVE, in turn where its limit is reached, and reads its ratings and weaknesses. */
import * as z from "zod";
import { asFailure } from "../../toolkit/failure.ts";
import { type Records, records } from "../../toolkit/lists/records.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Patience, Upstream } from "../../toolkit/upstream/upstream.ts";
import { vendorWord } from "../../toolkit/words.ts";
import { nvd } from "./sources.ts";

const OPERATION = "getCves";

/** NVD writes UTC without saying so: `2021-12-10T10:15:09.143`. */
const time = z.iso
  .datetime({ local: true })
  .transform((value) => new Date(value.endsWith("Z") ? value : `${value}Z`).toISOString())
  .nullish();

const NONE: Records<never> = { records: [], unreadable: 0 };
const list = <Schema extends z.ZodType>(schema: Schema) =>
  records(schema)
    .optional()
    .transform((read): Records<z.output<Schema>> => read ?? NONE);

const LangString = z.object({ lang: z.string(), value: z.string() });

const Metric = z.object({
  source: z.string().nullish(),
  /** `Primary` is NVD's own. */
  type: vendorWord,
  /** Where CVSS 2 has its level, which is NVD's. */
  baseSeverity: vendorWord,
  cvssData: z.object({
    version: z.string().nullish(),
    vectorString: z.string().nullish(),
    baseScore: z.number().min(0).max(10).nullish(),
    baseSeverity: vendorWord,
  }),
});
export type Metric = z.output<typeof Metric>;

/** The newest CVSS first. */
const VERSIONS = {
  cvssMetricV40: "4.0",
  cvssMetricV31: "3.1",
  cvssMetricV30: "3.0",
  cvssMetricV2: "2.0",
} as const;
const metrics = list(Metric);

/** What we rely on of a CVE in NVD's answer: its id. One that is waiting for analysis, or rejected, has little else. */
const NvdCve = z.object({
  id: z.string(),
  vulnStatus: vendorWord,
  published: time,
  lastModified: time,
  descriptions: list(LangString),
  metrics: z
    .object({ cvssMetricV40: metrics, cvssMetricV31: metrics, cvssMetricV30: metrics, cvssMetricV2: metrics })
    .nullish(),
  weaknesses: list(z.object({ description: z.array(LangString).nullish() })),
  references: list(z.object({ url: z.string() })),
});

/** A rating, with the version of CVSS that it is by. */
export interface Rating {
  readonly version: string;
  readonly source: string | null;
  readonly primary: boolean;
  readonly score: number | null;
  readonly vector: string | null;
  /** NVD's word. */
  readonly level: string | null;
}

/** A CVE as NVD has it. */
export interface NvdRecord {
  readonly status: string | null;
  readonly published: string | null;
  readonly modified: string | null;
  readonly description: string | null;
  /** The newest CVSS first. */
  readonly ratings: readonly Rating[];
  readonly weaknesses: readonly string[];
  readonly references: readonly string[];
  /** How many parts of the record couldn't be read. */
  readonly unreadable: number;
}

const NvdAnswer = z
  .object({ totalResults: z.int().min(0), vulnerabilities: z.array(z.object({ cve: NvdCve })) })
  .refine(({ totalResults, vulnerabilities }) => vulnerabilities.length === totalResults, {
    path: ["vulnerabilities"],
  });

/** What NVD knows of a CVE, or `null`. */
export async function readNvd(
  upstream: Upstream,
  cve_id: string,
  patience: Partial<Patience> = {},
): Promise<NvdRecord | null> {
  const { vulnerabilities } = await upstream.read(
    {
      operation: OPERATION,
      method: "GET",
      path: "/rest/json/cves/2.0",
      query: { cveId: cve_id },
      patience,
    },
    NvdAnswer,
  );
  const [found] = vulnerabilities;
  if (found === undefined) return null;
  if (found.cve.id !== cve_id) throw contractChanged(nvd, OPERATION, "vulnerabilities.0.cve.id");
  return recordOf(found.cve);
}

function recordOf(cve: z.output<typeof NvdCve>): NvdRecord {
  const { vulnStatus, published, lastModified, descriptions, weaknesses, references } = cve;
  const versions = Object.keys(VERSIONS) as (keyof typeof VERSIONS)[];
  const rated = versions.map((version) => ({ version, ...(cve.metrics?.[version] ?? NONE) }));
  const parts = [descriptions, weaknesses, references, ...rated];
  return {
    status: vulnStatus,
    published: published ?? null,
    modified: lastModified ?? null,
    description: descriptions.records.find(({ lang }) => lang === "en")?.value ?? null,
    ratings: rated.flatMap(({ version, records }) =>
      records.map((metric) => ratingOf(metric, VERSIONS[version])),
    ),
    weaknesses: weaknesses.records.flatMap(({ description }) =>
      (description ?? []).map(({ value }) => value),
    ),
    references: references.records.map(({ url }) => url),
    unreadable: parts.reduce((sum, { unreadable }) => sum + unreadable, 0),
  };
}

function ratingOf({ source, type, baseSeverity, cvssData }: Metric, version: string): Rating {
  return {
    version: cvssData.version ?? version,
    source: source ?? null,
    primary: type === "Primary",
    score: cvssData.baseScore ?? null,
    vector: cvssData.vectorString ?? null,
    level: cvssData.baseSeverity ?? baseSeverity,
  };
}

/**
 * Asks when there is room. Without a key, this instance may ask NVD once in six seconds: those who come at once take
 * turns, as long as there is time, instead of going away.
 * @param until when there is none left, in milliseconds since the epoch
 */
export async function inTurn<Said>(ask: () => Promise<Said>, until: number): Promise<Said> {
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      const { code, detail } = asFailure(thrown);
      const wait_ms = detail.retry_after_ms ?? 0;
      // Only our own limit: nothing was sent, and how long to wait is known.
      const ours = code === "rate_limited" && detail.attempts === 0;
      if (!ours || Date.now() + wait_ms >= until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
    }
  }
}
