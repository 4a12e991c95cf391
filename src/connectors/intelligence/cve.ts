/** What the sources say of one vulnerability, put together. Pure. */
import * as z from "zod";
import { ocsfSeverity, type Severity, severityShape } from "../../toolkit/severity.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import type { EpssRow } from "./epss.ts";
import type { KevEntry } from "./kev.ts";
import type { NvdRecord, Rating } from "./nvd.ts";
import type { OsvRecord } from "./osv.ts";

/** How much of what has no end of its own is passed on. */
const LONGEST_TEXT = 1000;
const MOST = 10;

const text = reportedText().nullable();
const longText = reportedText(LONGEST_TEXT).nullable();
const time = z.iso.datetime().nullable();
const CweId = z.string().regex(/^CWE-\d{1,9}$/);

/** As CVE's own JSON schema has it. */
export const CveRecordId = z.string().regex(/^CVE-\d{4}-\d{4,19}$/, "must be like CVE-2021-44228");

/** A vulnerability, in the words of OCSF's `cve` and `vulnerability` objects; ids and `kev` are Sallyport's own. */
export const Cve = z.strictObject({
  cve_id: CveRecordId,
  title: text,
  desc: longText,
  /** NVD's: `Analyzed`, `Rejected`, … A rejected one is no vulnerability. */
  status: text,
  ...severityShape,
  cvss: z.array(
    z.strictObject({
      version: reportedText(16),
      base_score: z.number().nullable(),
      vector_string: reportedText(LONGEST_TEXT).nullable(),
      vendor_name: reportedText(),
    }),
  ),
  /** Between 0 and 1: how likely exploitation is in the next 30 days, and how many score no higher. */
  epss: z
    .strictObject({ score: z.number(), percentile: z.number().nullable(), created_time: time })
    .nullable(),
  /** `null` where CISA could not be asked: not known isn't not exploited. */
  known_exploited: z.boolean().nullable(),
  kev: z
    .strictObject({
      added_time: time,
      due_time: time,
      required_action: longText,
      ransomware: text,
    })
    .nullable(),
  related_cwes: z.array(z.strictObject({ uid: CweId })),
  affected_packages: z.array(
    z.strictObject({
      name: reportedText(),
      ecosystem: reportedText(),
      fixed_in_versions: z.array(reportedText()),
    }),
  ),
  aliases: z.array(reportedText()),
  references: z.array(reportedText(500)),
  created_time: time,
  modified_time: time,
});
export type Cve = z.output<typeof Cve>;

/** What each source said: `null` is "nothing known", `undefined` "could not be asked". */
export interface Sayings {
  readonly nvd: NvdRecord | null | undefined;
  readonly osv: OsvRecord | null | undefined;
  readonly kev: KevEntry | null | undefined;
  readonly epss: EpssRow | null | undefined;
}

/** The sources' sayings as one vulnerability. NVD's words come before OSV's. */
export function cveOf(cve_id: string, { nvd, osv, kev, epss }: Sayings): Cve {
  return {
    cve_id,
    title: nonBlank(kev?.vulnerabilityName) ?? nonBlank(osv?.summary),
    desc: nonBlank(nvd?.description) ?? nonBlank(osv?.details),
    status: nonBlank(nvd?.status),
    ...severityOf(nvd),
    cvss: cvssOf(nvd, osv),
    epss: scoreOf(epss),
    known_exploited: kev === undefined ? null : kev !== null,
    kev: kev ? listingOf(kev) : null,
    related_cwes: weaknessesOf(nvd).map((uid) => ({ uid })),
    affected_packages: packagesOf(osv),
    aliases: few((osv?.ids ?? []).filter((id) => id !== cve_id)),
    references: few((nvd?.references ?? []).filter((url) => /^https?:\/\//.test(url))),
    created_time: nvd?.published ?? osv?.published ?? null,
    modified_time: nvd?.modified ?? osv?.modified ?? null,
  };
}

const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ["NONE", "informational"],
  ["LOW", "low"],
  ["MEDIUM", "medium"],
  ["HIGH", "high"],
  ["CRITICAL", "critical"],
]);

/**
 * NVD's own rating before others', the newest CVSS before older ones. CVSS 2 has no levels of its own: the one that
 * NVD gives it counts where there is no other. OSV has only vectors.
 */
function severityOf(nvd: Sayings["nvd"]) {
  const ratings = (nvd?.ratings ?? []).filter(({ level }) => level !== null);
  const rank = ({ version, primary }: Rating) => (version.startsWith("2") ? 0 : primary ? 2 : 1);
  const [rating] = ratings.toSorted((a, b) => rank(b) - rank(a));
  if (rating === undefined) return { ...ocsfSeverity(null), vendor_severity: null };
  const { level, version, score } = rating;
  const scored = score === null ? "" : ` ${score.toFixed(1)}`;
  return {
    ...ocsfSeverity(LEVELS.get(level?.toUpperCase() ?? "") ?? null),
    vendor_severity: `${level} (CVSS ${version}${scored})`,
  };
}

function cvssOf(nvd: Sayings["nvd"], osv: Sayings["osv"]): Cve["cvss"] {
  const fromNvd = (nvd?.ratings ?? []).map(({ version, score, vector, source }) => ({
    version,
    base_score: score,
    vector_string: vector,
    vendor_name: nonBlank(source) ?? "NVD",
  }));
  const vectors = new Set(fromNvd.map(({ vector_string }) => vector_string));
  const fromOsv = (osv?.vectors ?? [])
    .filter(({ type, score }) => type.startsWith("CVSS") && !vectors.has(score))
    .map(({ type, score }) => ({
      version: /^CVSS:(\d\.\d)\//.exec(score)?.[1] ?? type.slice("CVSS_V".length),
      base_score: null,
      vector_string: score,
      vendor_name: "OSV",
    }));
  return [...fromNvd, ...fromOsv].slice(0, MOST);
}

/** A row without a score is none. */
function scoreOf(row: Sayings["epss"]): Cve["epss"] {
  if (typeof row?.epss !== "number") return null;
  return { score: row.epss, percentile: row.percentile ?? null, created_time: midnight(row.date) };
}

function listingOf(entry: KevEntry): NonNullable<Cve["kev"]> {
  return {
    added_time: midnight(entry.dateAdded),
    due_time: midnight(entry.dueDate),
    required_action: nonBlank(entry.requiredAction),
    ransomware: nonBlank(entry.knownRansomwareCampaignUse),
  };
}

/** `NVD-CWE-noinfo` and the like name no weakness. */
function weaknessesOf(nvd: Sayings["nvd"]): string[] {
  return few((nvd?.weaknesses ?? []).filter((value) => CweId.safeParse(value).success));
}

function packagesOf(osv: Sayings["osv"]): Cve["affected_packages"] {
  const packages = new Map<string, { name: string; ecosystem: string; fixed: string[] }>();
  for (const { ecosystem, name, fixed } of osv?.packages ?? []) {
    const known = packages.get(`${ecosystem}\n${name}`) ?? { name, ecosystem, fixed: [] };
    known.fixed.push(...fixed);
    packages.set(`${ecosystem}\n${name}`, known);
  }
  return [...packages.values()].slice(0, MOST).map(({ name, ecosystem, fixed }) => ({
    name: nonBlank(name) ?? "",
    ecosystem: nonBlank(ecosystem) ?? "",
    fixed_in_versions: few(fixed),
  }));
}

/** The first few of what is there, each once, fit to be shown. */
function few(values: readonly (string | undefined)[]): string[] {
  const shown = values.flatMap((value) => nonBlank(value) ?? []);
  return [...new Set(shown)].slice(0, MOST);
}

function midnight(date: string | null | undefined): string | null {
  return date ? `${date}T00:00:00.000Z` : null;
}
