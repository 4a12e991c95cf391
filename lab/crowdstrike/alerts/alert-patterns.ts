/** The behaviours that the estate's sensors have seen. */
import type { HostKind } from "../../estate/hosts.ts";

/** What a sensor recognises: a behaviour, in the words of MITRE ATT&CK, and how bad it is. */
export interface Pattern {
  id: number;
  name: string;
  description: string;
  tactic: string;
  tacticId: string;
  technique: string;
  techniqueId: string;
  /** 1 to 100. */
  severity: number;
  /** Where it occurs. */
  kinds: readonly HostKind[];
}

const windows = ["windows-laptop", "windows-server", "domain-controller"] as const;
const windowsServers = ["windows-server", "domain-controller"] as const;
const everywhere = [...windows, "mac", "linux-server"] as const;

/** The patterns of which Acme has seen something. */
export const patterns: readonly Pattern[] = [
  {
    id: 10_101,
    name: "SuspiciousPowerShell",
    description: "A PowerShell process ran a command line that downloads and runs code.",
    tactic: "Execution",
    tacticId: "TA0002",
    technique: "PowerShell",
    techniqueId: "T1059.001",
    severity: 50,
    kinds: windows,
  },
  {
    id: 10_102,
    name: "CredentialDumping",
    description: "A process read the memory of LSASS, where credentials are held.",
    tactic: "Credential Access",
    tacticId: "TA0006",
    technique: "LSASS Memory",
    techniqueId: "T1003.001",
    severity: 90,
    kinds: windows,
  },
  {
    id: 10_103,
    name: "RansomwareActivity",
    description: "A process encrypted many files in a short time and removed shadow copies.",
    tactic: "Impact",
    tacticId: "TA0040",
    technique: "Data Encrypted for Impact",
    techniqueId: "T1486",
    severity: 95,
    kinds: windows,
  },
  {
    id: 10_104,
    name: "RemoteServiceExecution",
    description: "A service was installed from another host over an administrative share.",
    tactic: "Lateral Movement",
    tacticId: "TA0008",
    technique: "SMB/Windows Admin Shares",
    techniqueId: "T1021.002",
    severity: 70,
    kinds: windowsServers,
  },
  {
    id: 10_105,
    name: "ScheduledTaskPersistence",
    description: "A scheduled task was created that runs from a user's temporary folder.",
    tactic: "Persistence",
    tacticId: "TA0003",
    technique: "Scheduled Task",
    techniqueId: "T1053.005",
    severity: 45,
    kinds: windows,
  },
  {
    id: 10_106,
    name: "WebShell",
    description: "A web server's process started a command interpreter.",
    tactic: "Persistence",
    tacticId: "TA0003",
    technique: "Web Shell",
    techniqueId: "T1505.003",
    severity: 75,
    kinds: ["windows-server", "linux-server"],
  },
  {
    id: 10_107,
    name: "ReverseShell",
    description: "A shell's input and output were connected to a remote address.",
    tactic: "Execution",
    tacticId: "TA0002",
    technique: "Unix Shell",
    techniqueId: "T1059.004",
    severity: 70,
    kinds: ["linux-server", "mac"],
  },
  {
    id: 10_108,
    name: "CryptocurrencyMiner",
    description: "A process known to mine cryptocurrency was started.",
    tactic: "Impact",
    tacticId: "TA0040",
    technique: "Resource Hijacking",
    techniqueId: "T1496",
    severity: 50,
    kinds: everywhere,
  },
  {
    id: 10_109,
    name: "KeychainAccess",
    description: "A process that isn't Apple's read items of the login keychain.",
    tactic: "Credential Access",
    tacticId: "TA0006",
    technique: "Keychain",
    techniqueId: "T1555.001",
    severity: 65,
    kinds: ["mac"],
  },
  {
    id: 10_110,
    name: "UnwantedSoftware",
    description: "An installer that bundles adware was run.",
    tactic: "Defense Evasion",
    tacticId: "TA0005",
    technique: "Masquerading",
    techniqueId: "T1036",
    severity: 30,
    kinds: everywhere,
  },
  {
    id: 10_111,
    name: "AccountDiscovery",
    description: "A process listed the accounts of the domain.",
    tactic: "Discovery",
    tacticId: "TA0007",
    technique: "Domain Account",
    techniqueId: "T1087.002",
    severity: 10,
    kinds: windows,
  },
];

/** What identity protection recognises. It is about an account, so its alerts have no device. */
export const identityPattern: Omit<Pattern, "kinds"> = {
  id: 51_120,
  name: "UnusualServiceAccess",
  description: "An account asked for an unusual number of service tickets.",
  tactic: "Credential Access",
  tacticId: "TA0006",
  technique: "Kerberoasting",
  techniqueId: "T1558.003",
  severity: 70,
};
