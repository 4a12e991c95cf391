/** What a vulnerability's public sources agree on. Whatever isn't certain is left out, as the sources do, too. */
export interface Vulnerability {
  cve: string;
  /** In our own words. */
  summary: string;
  /** ISO 8601 date. */
  published: string;
  /** CVSS v3.1 base. */
  cvss?: { vector: string; score: number; severity: "MEDIUM" | "HIGH" | "CRITICAL"; source: string };
  cwes: readonly string[];
  /** In CISA's catalogue, with its dates. */
  kev?: {
    vendorProject: string;
    product: string;
    name: string;
    added: string;
    due: string;
    ransomware?: "Known";
  };
  /** Open source packages that OSV names. */
  packages?: readonly { ecosystem: string; name: string; fixed: readonly string[] }[];
  ghsa?: string;
  /** Ids of other advisories on the same: of Go, Python or Rust. */
  advisories?: readonly string[];
  /** Rated by CVSS 2 alone. */
  cvss2?: { vector: string; score: number; severity: "LOW" | "MEDIUM" | "HIGH" };
  /** NVD's word. `Analyzed` where there is none. */
  status?: string;
  /** OSV has it under its GHSA id only, and says so when it is asked for the CVE. */
  onlyAsAlias?: true;
  /** Absent where nobody has scored it. Scores change each day; these are the lab's own. */
  epss?: { score: string; percentile: string };
}

const nvd = "nvd@nist.gov";
const remote = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const remoteBeyond = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H";
const onClick = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H";

/** The vulnerabilities that the lab's sources know, among them those that its scanner finds. */
export const vulnerabilities: readonly Vulnerability[] = [
  {
    cve: "CVE-2004-0230",
    summary: "TCP lets an attacker who guesses a sequence number end a connection.",
    published: "2004-08-18",
    cvss2: { vector: "AV:N/AC:L/Au:N/C:N/I:N/A:P", score: 5, severity: "MEDIUM" },
    cwes: [],
    status: "Deferred",
  },
  {
    cve: "CVE-2020-1472",
    summary: "Netlogon's secure channel lets an attacker take over a domain controller (Zerologon).",
    published: "2020-08-17",
    cvss: { vector: remoteBeyond, score: 10, severity: "CRITICAL", source: nvd },
    cwes: ["CWE-330"],
    kev: {
      vendorProject: "Microsoft",
      product: "Netlogon",
      name: "Microsoft Netlogon Privilege Escalation Vulnerability",
      added: "2021-11-03",
      due: "2020-09-21",
      ransomware: "Known",
    },
    epss: { score: "0.943100000", percentile: "0.999400000" },
  },
  {
    cve: "CVE-2021-34527",
    summary: "The Windows print spooler runs code of an attacker with an account (PrintNightmare).",
    published: "2021-07-02",
    cvss: {
      vector: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
      score: 8.8,
      severity: "HIGH",
      source: nvd,
    },
    cwes: ["CWE-269"],
    kev: {
      vendorProject: "Microsoft",
      product: "Windows",
      name: "Microsoft Windows Print Spooler Remote Code Execution Vulnerability",
      added: "2021-11-03",
      due: "2021-07-20",
      ransomware: "Known",
    },
    epss: { score: "0.942800000", percentile: "0.999300000" },
  },
  {
    cve: "CVE-2021-44228",
    summary: "Log4j 2 looks up names that stand in logged text, and runs what it finds there (Log4Shell).",
    published: "2021-12-10",
    cvss: { vector: remoteBeyond, score: 10, severity: "CRITICAL", source: nvd },
    cwes: ["CWE-20", "CWE-400", "CWE-502"],
    kev: {
      vendorProject: "Apache",
      product: "Log4j2",
      name: "Apache Log4j2 Remote Code Execution Vulnerability",
      added: "2021-12-10",
      due: "2021-12-24",
      ransomware: "Known",
    },
    packages: [
      {
        ecosystem: "Maven",
        name: "org.apache.logging.log4j:log4j-core",
        fixed: ["2.3.1", "2.12.2", "2.15.0"],
      },
    ],
    ghsa: "GHSA-jfh8-c2jp-5v3q",
    epss: { score: "0.943600000", percentile: "0.999600000" },
  },
  {
    cve: "CVE-2021-45046",
    summary: "The first correction of Log4Shell was incomplete in some configurations.",
    published: "2021-12-14",
    cvss: {
      vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H",
      score: 9,
      severity: "CRITICAL",
      source: nvd,
    },
    cwes: ["CWE-917"],
    kev: {
      vendorProject: "Apache",
      product: "Log4j2",
      name: "Apache Log4j2 Deserialization of Untrusted Data Vulnerability",
      added: "2023-05-01",
      due: "2023-05-22",
    },
    packages: [
      { ecosystem: "Maven", name: "org.apache.logging.log4j:log4j-core", fixed: ["2.12.2", "2.16.0"] },
    ],
    ghsa: "GHSA-7rjr-3q55-vv33",
    epss: { score: "0.943400000", percentile: "0.999500000" },
  },
  {
    cve: "CVE-2022-42889",
    summary: "Commons Text interpolates scripts that stand in untrusted text.",
    published: "2022-10-13",
    cvss: { vector: remote, score: 9.8, severity: "CRITICAL", source: nvd },
    cwes: ["CWE-94"],
    packages: [{ ecosystem: "Maven", name: "org.apache.commons:commons-text", fixed: ["1.10.0"] }],
    ghsa: "GHSA-599f-7c49-w659",
    onlyAsAlias: true,
    epss: { score: "0.941000000", percentile: "0.999000000" },
  },
  {
    cve: "CVE-2023-38545",
    summary: "curl copies a host name that is too long into a buffer while it connects to a SOCKS5 proxy.",
    published: "2023-10-18",
    cvss: { vector: remote, score: 9.8, severity: "CRITICAL", source: nvd },
    cwes: ["CWE-787"],
    epss: { score: "0.260000000", percentile: "0.960000000" },
  },
  {
    cve: "CVE-2023-48795",
    summary: "An attacker on the way can remove messages from the beginning of an SSH session (Terrapin).",
    published: "2023-12-18",
    cvss: {
      vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N",
      score: 5.9,
      severity: "MEDIUM",
      source: nvd,
    },
    cwes: ["CWE-354"],
    packages: [{ ecosystem: "Go", name: "golang.org/x/crypto", fixed: ["0.17.0"] }],
    ghsa: "GHSA-45x7-px36-x8w8",
    advisories: ["GO-2023-2402"],
    onlyAsAlias: true,
    epss: { score: "0.600000000", percentile: "0.980000000" },
  },
  {
    cve: "CVE-2023-4863",
    summary: "libwebp writes beyond a buffer when it decodes a crafted image.",
    published: "2023-09-12",
    cvss: { vector: onClick, score: 8.8, severity: "HIGH", source: nvd },
    cwes: ["CWE-787"],
    kev: {
      vendorProject: "Google",
      product: "Chromium WebP",
      name: "Google Chromium WebP Heap-Based Buffer Overflow Vulnerability",
      added: "2023-09-13",
      due: "2023-10-04",
    },
    packages: [{ ecosystem: "npm", name: "electron", fixed: ["22.3.24", "24.8.3", "25.8.1", "26.2.1"] }],
    ghsa: "GHSA-j7hp-h8jx-5ppr",
    epss: { score: "0.930000000", percentile: "0.997000000" },
  },
  {
    cve: "CVE-2023-4966",
    summary: "NetScaler ADC and Gateway disclose memory, and sessions in it (Citrix Bleed).",
    published: "2023-10-10",
    cvss: {
      vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
      score: 7.5,
      severity: "HIGH",
      source: nvd,
    },
    cwes: ["CWE-119"],
    kev: {
      vendorProject: "Citrix",
      product: "NetScaler ADC and NetScaler Gateway",
      name: "Citrix NetScaler ADC and NetScaler Gateway Buffer Overflow Vulnerability",
      added: "2023-10-18",
      due: "2023-11-08",
      ransomware: "Known",
    },
    epss: { score: "0.943500000", percentile: "0.999600000" },
  },
  {
    cve: "CVE-2024-23222",
    summary: "WebKit confuses types when it processes crafted web content.",
    published: "2024-01-23",
    cvss: { vector: onClick, score: 8.8, severity: "HIGH", source: nvd },
    cwes: ["CWE-843"],
    kev: {
      vendorProject: "Apple",
      product: "Multiple Products",
      name: "Apple Multiple Products WebKit Type Confusion Vulnerability",
      added: "2024-01-23",
      due: "2024-02-13",
    },
  },
  {
    cve: "CVE-2024-3094",
    summary: "The release archives of XZ Utils 5.6.0 and 5.6.1 carry a back door.",
    published: "2024-03-29",
    cvss: { vector: remoteBeyond, score: 10, severity: "CRITICAL", source: "secalert@redhat.com" },
    cwes: ["CWE-506"],
    epss: { score: "0.850000000", percentile: "0.993000000" },
  },
  {
    cve: "CVE-2024-38063",
    summary: "Windows runs code that arrives in crafted IPv6 packets.",
    published: "2024-08-13",
    cvss: { vector: remote, score: 9.8, severity: "CRITICAL", source: "secure@microsoft.com" },
    cwes: ["CWE-191"],
    status: "Undergoing Analysis",
    epss: { score: "0.900000000", percentile: "0.995000000" },
  },
  {
    cve: "CVE-2024-6387",
    summary: "A race in OpenSSH's signal handler can run code before anybody has signed in (regreSSHion).",
    published: "2024-07-01",
    cvss: {
      vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",
      score: 8.1,
      severity: "HIGH",
      source: "secalert@redhat.com",
    },
    cwes: ["CWE-364"],
    epss: { score: "0.500000000", percentile: "0.975000000" },
  },
];

const byCve = new Map(vulnerabilities.map((vulnerability) => [vulnerability.cve, vulnerability]));

/** What is known of a CVE, if anything. */
export function vulnerability(cve: string | null): Vulnerability | undefined {
  return cve === null ? undefined : byCve.get(cve);
}

/** The sources give no time of day that the lab would know. */
export const startOf = (date: string) => `${date}T00:00:00.000`;
