import type { Credential } from "../downstream/credential.ts";
import { crowdstrikeCredentials } from "./crowdstrike/credentials.ts";
import { elasticCredentials } from "./elastic/credentials.ts";
import { intelligenceCredentials } from "./intelligence/credentials.ts";
import { jiraCredentials } from "./jira/credentials.ts";
import { oktaCredentials } from "./okta/credentials.ts";
import { pagerdutyCredentials } from "./pagerduty/credentials.ts";
import { tenableCredentials } from "./tenable/credentials.ts";

/** Every credential of every vendor, by name. One purpose each: any one can be revoked alone. */
export const CREDENTIALS = {
  ...crowdstrikeCredentials,
  ...elasticCredentials,
  ...intelligenceCredentials,
  ...jiraCredentials,
  ...oktaCredentials,
  ...pagerdutyCredentials,
  ...tenableCredentials,
} as const;

export type CredentialName = keyof typeof CREDENTIALS;

/** True if a credential of that name is declared. */
export function isCredentialName(name: string): name is CredentialName {
  return Object.hasOwn(CREDENTIALS, name);
}

/** The declaration of a credential. */
export function credentialOf(name: CredentialName): Credential {
  return CREDENTIALS[name];
}
