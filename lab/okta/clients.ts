/** The service apps of the org. */
import type { JsonWebKey } from "node:crypto";

/** A service app as made in Okta's admin console, with the public half of its key. */
export interface ServiceApp {
  id: string;
  publicKey: JsonWebKey & { kid: string };
  /** What an administrator granted it. */
  granted: readonly string[];
  /** Answers a request for a token with everything granted, as RFC 6749 §3.3 lets a server do. */
  answersWithAll?: true;
  /** "Require Demonstrating Proof of Possession (DPoP) header in token requests", which Okta ticks for new apps. */
  demandsProof?: true;
}

const key = (kid: string, x: string, y: string) => ({ kty: "EC", crv: "P-256", alg: "ES256", kid, x, y });

const reads = ["okta.users.read", "okta.logs.read", "okta.roles.read"];

/** Least privilege, one app for each purpose, and one that somebody was too generous with. */
const apps: readonly ServiceApp[] = [
  {
    id: "lab-okta-read",
    publicKey: key(
      "lab-okta-read",
      "8_hDavuGhJoY5gCY8L9yeN3xa8910dvDrjjSLOHnW1I",
      "sR98lVOwBh8iuNcbq_bAZDsf6xWntuxih92ThYf4KFU",
    ),
    granted: reads,
  },
  {
    id: "lab-okta-suspend",
    publicKey: key(
      "lab-okta-suspend",
      "yh_s2Dpy5IKi26goxtITAhngkqE4qjKMs32kXSUPrPo",
      "hw8VuliWQ5PvPdywI_faU8IhlnwEP_byFL7OiZ6cnK4",
    ),
    granted: ["okta.users.manage"],
  },
  {
    id: "lab-okta-sessions",
    publicKey: key(
      "lab-okta-sessions",
      "K0345v-LUSjGhPd6Rakwbwm74OSpdaCvW8SwkseZDpY",
      "2sLN4NShZoMikqteekHshagoradShMZ66yEfG_woxXI",
    ),
    granted: ["okta.users.manage"],
    demandsProof: true,
  },
  {
    id: "lab-okta-broad",
    publicKey: key(
      "lab-okta-broad",
      "q71Hu756bEvea1BmA8wEwuNfRNQSb82MGuRgjWH2X6c",
      "bEe64O09PhCIOwPBYPZnK26wk2rp0gSAunpG6nZWqQA",
    ),
    granted: [...reads, "okta.users.manage", "okta.apps.manage"],
    answersWithAll: true,
  },
];

/** The app of that client id. */
export function appById(id: unknown): ServiceApp | undefined {
  return apps.find((app) => app.id === id);
}
