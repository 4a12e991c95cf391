/** What is wrong with which machine. */
import type { Host, HostKind } from "./hosts.ts";
import { draw } from "./random.ts";

/** Something that is wrong with some of the machines, in nobody's vocabulary. */
export interface Weakness {
  /** Numbers it, as scanners number their checks. */
  check: number;
  title: string;
  /** Empty where it is a matter of configuration. */
  cves: readonly string[];
  /** CVSS v3 base score; 0 is a mere observation. */
  score: number;
  /** CVSS v3 base vector. */
  vector?: string;
  family: string;
  /** How to be rid of it. */
  remedy?: string;
  /** ISO 8601 date. */
  published: string;
  /** Which machines may have it… */
  kinds: readonly HostKind[];
  /** …and how many of a hundred of them do. */
  share: number;
  port: { port: number; protocol: "TCP" | "UDP"; service?: string };
}

const windows: readonly HostKind[] = ["windows-laptop", "windows-server", "domain-controller"];
const servers: readonly HostKind[] = ["windows-server", "linux-server", "domain-controller"];
const everywhere: readonly HostKind[] = [...windows, "mac", "linux-server"];
const smb = { port: 445, protocol: "TCP", service: "cifs" } as const;
const ssh = { port: 22, protocol: "TCP", service: "ssh" } as const;
const https = { port: 443, protocol: "TCP", service: "www" } as const;
const local = { port: 0, protocol: "TCP" } as const;

const networkWide = "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const afterClick = "AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H";
const withAccount = "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H";

/** What the scanners find at Acme. Public vulnerabilities, so that public sources know them, too. */
const weaknesses: readonly Weakness[] = [
  {
    check: 156327,
    title: "Apache Log4j < 2.16.0 Remote Code Execution",
    cves: ["CVE-2021-44228", "CVE-2021-45046"],
    score: 10,
    vector: "AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    family: "Misc.",
    remedy: "Upgrade to Apache Log4j version 2.16.0 or later.",
    published: "2021-12-10",
    kinds: ["linux-server", "windows-server"],
    share: 9,
    port: { port: 8443, protocol: "TCP", service: "www" },
  },
  {
    check: 205447,
    title: "Windows TCP/IP Remote Code Execution (August 2024)",
    cves: ["CVE-2024-38063"],
    score: 9.8,
    vector: networkWide,
    family: "Windows : Microsoft Bulletins",
    remedy: "Apply the security updates of August 2024.",
    published: "2024-08-13",
    kinds: windows,
    share: 14,
    port: smb,
  },
  {
    check: 139998,
    title: "Netlogon Elevation of Privilege (Zerologon)",
    cves: ["CVE-2020-1472"],
    score: 10,
    vector: "AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    family: "Windows",
    remedy: "Apply the Netlogon updates and turn enforcement mode on.",
    published: "2020-08-17",
    kinds: ["domain-controller"],
    share: 50,
    port: smb,
  },
  {
    check: 151440,
    title: "Windows Print Spooler Remote Code Execution (PrintNightmare)",
    cves: ["CVE-2021-34527"],
    score: 8.8,
    vector: withAccount,
    family: "Windows : Microsoft Bulletins",
    remedy: "Apply the security updates of July 2021, and turn the spooler off where nobody prints.",
    published: "2021-07-02",
    kinds: ["windows-server", "domain-controller"],
    share: 12,
    port: smb,
  },
  {
    check: 181291,
    title: "libwebp < 1.3.2 Heap Buffer Overflow",
    cves: ["CVE-2023-4863"],
    score: 8.8,
    vector: afterClick,
    family: "Windows",
    remedy: "Update the applications that carry libwebp.",
    published: "2023-09-12",
    kinds: ["windows-laptop", "mac"],
    share: 35,
    port: local,
  },
  {
    check: 201194,
    title: "OpenSSH < 9.8 Race Condition (regreSSHion)",
    cves: ["CVE-2024-6387"],
    score: 8.1,
    vector: "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",
    family: "Misc.",
    remedy: "Upgrade to OpenSSH version 9.8 or later.",
    published: "2024-07-01",
    kinds: ["linux-server"],
    share: 45,
    port: ssh,
  },
  {
    check: 192708,
    title: "XZ Utils 5.6.0 / 5.6.1 Backdoor",
    cves: ["CVE-2024-3094"],
    score: 10,
    vector: "AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    family: "Backdoors",
    remedy: "Go back to XZ Utils 5.4.6.",
    published: "2024-03-29",
    kinds: ["linux-server"],
    share: 4,
    port: local,
  },
  {
    check: 189367,
    title: "macOS WebKit Arbitrary Code Execution (January 2024)",
    cves: ["CVE-2024-23222"],
    score: 8.8,
    vector: afterClick,
    family: "MacOS X Local Security Checks",
    remedy: "Upgrade to macOS 14.3 or later.",
    published: "2024-01-23",
    kinds: ["mac"],
    share: 40,
    port: local,
  },
  {
    check: 182875,
    title: "curl 7.69 < 8.4.0 SOCKS5 Heap Buffer Overflow",
    cves: ["CVE-2023-38545"],
    score: 9.8,
    vector: networkWide,
    family: "Misc.",
    remedy: "Upgrade to curl version 8.4.0 or later.",
    published: "2023-10-11",
    kinds: ["linux-server", "windows-laptop"],
    share: 11,
    port: local,
  },
  {
    check: 183890,
    title: "OpenSSL 3.0 < 3.0.12 Incorrect Cipher Key Processing",
    cves: ["CVE-2023-5363"],
    score: 7.5,
    vector: "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    family: "Web Servers",
    remedy: "Upgrade to OpenSSL version 3.0.12 or later.",
    published: "2023-10-24",
    kinds: servers,
    share: 25,
    port: https,
  },
  {
    check: 187315,
    title: "SSH Terrapin Prefix Truncation Weakness",
    cves: ["CVE-2023-48795"],
    score: 5.9,
    vector: "AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N",
    family: "Misc.",
    remedy: "Update the SSH server to one with strict key exchange.",
    published: "2023-12-18",
    kinds: ["linux-server", "mac"],
    share: 55,
    port: ssh,
  },
  {
    check: 57608,
    title: "SMB Signing not required",
    cves: [],
    score: 5.3,
    vector: "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N",
    family: "Misc.",
    remedy: "Enforce message signing in the host's configuration.",
    published: "2012-01-19",
    kinds: windows,
    share: 50,
    port: smb,
  },
  {
    check: 51192,
    title: "SSL Certificate Cannot Be Trusted",
    cves: [],
    score: 6.5,
    vector: "AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N",
    family: "General",
    remedy: "Purchase or generate a proper certificate for this service.",
    published: "2010-12-15",
    kinds: servers,
    share: 60,
    port: https,
  },
  {
    check: 70658,
    title: "SSH Server CBC Mode Ciphers Enabled",
    cves: ["CVE-2008-5161"],
    score: 3.7,
    vector: "AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N",
    family: "Misc.",
    remedy: "Disable CBC mode cipher encryption.",
    published: "2013-10-28",
    kinds: ["linux-server"],
    share: 30,
    port: ssh,
  },
  {
    check: 11936,
    title: "OS Identification",
    cves: [],
    score: 0,
    family: "General",
    published: "2003-12-09",
    kinds: everywhere,
    share: 100,
    port: local,
  },
];

/** What is wrong with one machine: always the same, whatever else the estate comes to hold. */
export function weaknessesOf(host: Host): Weakness[] {
  return weaknesses.filter(
    ({ check, kinds, share }) =>
      kinds.includes(host.kind) && draw(`weakness/${host.id}/${check}`, 100) < share,
  );
}
