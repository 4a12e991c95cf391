/** What this deployment is made of, as tests look it up. */
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";
import type { Credential } from "../../src/toolkit/upstream/credential.ts";

export const catalogue = new Catalogue(deployment);

/** Every tool, in the order of `tools/list`. */
export const TOOLS = catalogue.tools;

/** Every credential of every vendor. */
export const CREDENTIALS = catalogue.credentials;

/** The credential called `name`. @throws TypeError if there is none */
export function credentialOf(name: string): Credential {
  const credential = catalogue.credential(name);
  if (credential === undefined) throw new TypeError(`there is no credential called ${name}`);
  return credential;
}
