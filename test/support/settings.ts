import { localEnvironment } from "../../cli/local/local-environment.ts";

const lab = localEnvironment({ publicUrl: "https://sallyport.example", labUrl: "https://lab.example" });

/** Settings and secrets of every vendor, as an instance has them: for tests that need no more of an environment. */
export const SETTINGS = {
  ...lab,
  CROWDSTRIKE_BASE_URL: "https://api.crowdstrike.example",
  CROWDSTRIKE_UNASSIGNED_CRITICALITY: "high",
  CISA_KEV_BASE_URL: "https://kev.example",
  CISA_KEV_PATH: "/feeds/kev.json",
  EPSS_BASE_URL: "https://epss.example",
  NVD_BASE_URL: "https://nvd.example",
  OSV_BASE_URL: "https://osv.example",
  OKTA_BASE_URL: "https://acme.okta.example",
  JIRA_BASE_URL: "https://acme.atlassian.example",
  JIRA_PROJECT: "SEC",
  JIRA_ISSUE_TYPE: "Task",
  PAGERDUTY_BASE_URL: "https://api.pagerduty.example",
  PAGERDUTY_SERVICE_ID: "PSECOPS",
  PAGERDUTY_FROM: "responder@acme.test",
  ELASTIC_BASE_URL: "https://kibana.example.com",
  TENABLE_BASE_URL: "https://cloud.tenable.example",
} as const;
