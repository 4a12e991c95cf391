/** The variables and secrets of an instance on this machine. None of them opens anything but the lab. */
import { labOktaKeys } from "./lab-keys.ts";
import type { WorkerConfig } from "./worker-config.ts";

/** What a local instance needs to know of its lab. None of it opens anything but the lab. */
export interface LocalEnvironment {
  /** Origin of the instance, for example `http://localhost:8787`. */
  readonly publicUrl: string;
  /** Origin of the lab, for example `http://localhost:8790`. */
  readonly labUrl: string;
}

const VENDORS = [
  ...["crowdstrike", "okta", "tenable", "jira", "pagerduty", "elastic"],
  ...["osv", "nvd", "kev", "epss"],
];

/** The variables and secrets of a local instance, before the process environment overrides them. */
export function localEnvironment({ publicUrl, labUrl }: LocalEnvironment): Record<string, string> {
  return {
    TENANT: "acme",
    PUBLIC_URL: publicUrl,
    SEALING_KEY: "bG9jYWwtb25seS1zZWFsaW5nLWtleS0zMi1ieXRlcyE=",
    CHECKPOINT_PRIVATE_KEY: "MC4CAQAwBQYDK2VwBCIEIEiOHiWb63LPbryjdLaZLa/yv+0Lhac2zg+akSxw6Olf",
    OIDC_ISSUER: `${labUrl}/oidc`,
    OIDC_CLIENT_ID: "sallyport",
    OIDC_CLIENT_SECRET: "lab-oidc-secret",
    // A handful of people stand for everybody here, and every test and agent is one of them.
    LIMIT_SESSION_PER_MINUTE: "30000",
    LIMIT_PERSON_PER_MINUTE: "60000",
    LIMIT_SESSION_IN_FLIGHT: "500",
    // The lab takes as much as it is asked.
    VENDOR_BUDGETS: JSON.stringify(Object.fromEntries(VENDORS.map((vendor) => [vendor, 1_000_000]))),
    // The lab vouches for these, as long as no fault holds a request back for longer.
    CROWDSTRIKE_SETTLE_MS: "30000",
    ELASTIC_SETTLE_MS: "30000",
    JIRA_SETTLE_MS: "60000",
    OKTA_SETTLE_MS: "30000",
    PAGERDUTY_SETTLE_MS: "30000",
    TENABLE_SETTLE_MS: "30000",
    CROWDSTRIKE_BASE_URL: `${labUrl}/crowdstrike`,
    CROWDSTRIKE_READ_CLIENT_ID: "lab-cs-read",
    CROWDSTRIKE_READ_CLIENT_SECRET: "lab-cs-read-secret",
    CROWDSTRIKE_CONTAIN_CLIENT_ID: "lab-cs-contain",
    CROWDSTRIKE_CONTAIN_CLIENT_SECRET: "lab-cs-contain-secret",
    JIRA_BASE_URL: `${labUrl}/jira`,
    JIRA_READ_EMAIL: "sallyport-read@acme.test",
    JIRA_READ_API_TOKEN: "lab-jira-read-token",
    JIRA_CREATE_EMAIL: "sallyport-create@acme.test",
    JIRA_CREATE_API_TOKEN: "lab-jira-create-token",
    PAGERDUTY_BASE_URL: `${labUrl}/pagerduty`,
    PAGERDUTY_READ_API_KEY: "lab-pd-read-key",
    PAGERDUTY_PAGE_API_KEY: "lab-pd-page-key",
    CROWDSTRIKE_ALERTS_READ_CLIENT_ID: "lab-cs-alerts-read",
    CROWDSTRIKE_ALERTS_READ_CLIENT_SECRET: "lab-cs-alerts-read-secret",
    CROWDSTRIKE_ALERTS_WRITE_CLIENT_ID: "lab-cs-alerts-write",
    CROWDSTRIKE_ALERTS_WRITE_CLIENT_SECRET: "lab-cs-alerts-write-secret",
    CISA_KEV_BASE_URL: `${labUrl}/kev`,
    EPSS_BASE_URL: `${labUrl}/epss`,
    NVD_BASE_URL: `${labUrl}/nvd`,
    OSV_BASE_URL: `${labUrl}/osv`,
    OKTA_BASE_URL: `${labUrl}/okta`,
    OKTA_READ_CLIENT_ID: "lab-okta-read",
    OKTA_READ_PRIVATE_KEY: labOktaKeys.read,
    OKTA_SUSPEND_CLIENT_ID: "lab-okta-suspend",
    OKTA_SUSPEND_PRIVATE_KEY: labOktaKeys.suspend,
    OKTA_SESSIONS_CLIENT_ID: "lab-okta-sessions",
    OKTA_SESSIONS_PRIVATE_KEY: labOktaKeys.sessions,
    ELASTIC_BASE_URL: `${labUrl}/elastic`,
    // As Kibana shows them: an id and a secret, in base64.
    ELASTIC_READ_API_KEY: "bGFiLWVsYXN0aWMtcmVhZDpsYWItZWxhc3RpYy1yZWFkLXNlY3JldA==",
    ELASTIC_ALERTS_API_KEY: "bGFiLWVsYXN0aWMtYWxlcnRzOmxhYi1lbGFzdGljLWFsZXJ0cy1zZWNyZXQ=",
    ELASTIC_CASES_API_KEY: "bGFiLWVsYXN0aWMtY2FzZXM6bGFiLWVsYXN0aWMtY2FzZXMtc2VjcmV0",
    TENABLE_BASE_URL: `${labUrl}/tenable`,
    TENABLE_READ_ACCESS_KEY: "lab-tenable-read",
    TENABLE_READ_SECRET_KEY: "lab-tenable-read-secret",
    TENABLE_SCAN_ACCESS_KEY: "lab-tenable-scan",
    TENABLE_SCAN_SECRET_KEY: "lab-tenable-scan-secret",
  };
}

/**
 * A value for each variable and secret that wrangler.toml declares, and for nothing else: from `overrides`, else
 * from the process's environment, else the lab's, else wrangler.toml's own. `PUBLIC_URL` follows from the port
 * alone, because tokens are bound to it.
 * @throws Error naming every declared secret that has no value.
 */
export function instanceEnvironment(
  { vars, secrets }: Pick<WorkerConfig, "vars" | "secrets">,
  local: LocalEnvironment,
  processEnvironment: Readonly<Record<string, string | undefined>>,
  overrides: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { PUBLIC_URL: _derived, ...fromProcess } = processEnvironment;
  const candidates = { ...vars, ...localEnvironment(local), ...defined(fromProcess), ...overrides };
  const names = [...Object.keys(vars), ...secrets];
  const missing = names.filter((name) => candidates[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`wrangler.toml requires ${missing.join(", ")}: set them, or add what the lab expects`);
  }
  return Object.fromEntries(names.map((name) => [name, candidates[name] ?? ""]));
}

function defined(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
