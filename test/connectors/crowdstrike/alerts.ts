/** An alert as the vendor describes it. */
export const ALERT = {
  composite_id:
    "fedcba9876543210fedcba9876543210:ind:0123456789abcdef0123456789abcdef:12345678901-5702-1234567",
  cid: "fedcba9876543210fedcba9876543210",
  agent_id: "0123456789abcdef0123456789abcdef",
  severity: 70,
  severity_name: "High",
  status: "new",
  timestamp: "2026-11-22T09:00:00.000Z",
  created_timestamp: "2026-11-22T09:01:00.000Z",
  assigned_to_name: "",
  assigned_to_uid: "",
  name: "WebShell",
  display_name: "Web shell",
  description: "A web server's process started a command interpreter.",
  cmdline: "cmd.exe /c whoami",
  tags: [],
  device: { device_id: "0123456789abcdef0123456789abcdef", hostname: "BOS-WEB-01", status: "normal" },
  mitre_attack: [
    {
      pattern_id: 1,
      tactic: "Persistence",
      tactic_id: "TA0003",
      technique: "Web Shell",
      technique_id: "T1505.003",
    },
  ],
  tactic: "Persistence",
  tactic_id: "TA0003",
  technique: "Web Shell",
  technique_id: "T1505.003",
};
