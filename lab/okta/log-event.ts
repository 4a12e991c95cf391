import { stableId } from "../estate/random.ts";
import type { OktaAccount } from "./accounts.ts";

/** What happened, before it has the vendor's form. */
export interface Happening {
  /** Names the event: the same name is the same event. */
  name: string;
  eventType: string;
  displayMessage: string;
  /** Epoch ms. */
  at: number;
  result: "SUCCESS" | "FAILURE";
  reason?: string;
  actor: { id: string; type: "User" | "PublicClientApp"; alternateId: string; displayName: string };
  target?: { id: string; alternateId: string; displayName: string };
  client: { ip: string; os: string; browser: string; city: string; country: string; appId?: string };
}

/** `LogEvent`, as far as its document gives each field a type. */
export type LogEvent = ReturnType<typeof logEvent>;

/** An account as an entry of the log names it. */
export function named({ id, person }: OktaAccount) {
  return { id, alternateId: person.email, displayName: person.name };
}

/** What happened, as the vendor writes it down. */
export function logEvent({ name, at, actor, target, client, ...what }: Happening) {
  const { ip, os, browser, city, country, appId } = client;
  const uuid = stableId(`log/${name}`).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  const transaction = stableId(`transaction/${name}`);
  return {
    uuid,
    published: new Date(at).toISOString(),
    eventType: what.eventType,
    displayMessage: what.displayMessage,
    version: "0",
    severity: what.result === "SUCCESS" ? "INFO" : "WARN",
    actor,
    client: {
      ...(appId !== undefined && { id: appId }),
      userAgent: { rawUserAgent: `Mozilla/5.0 (${os}) ${browser}`, os, browser },
      device: "Computer",
      ipAddress: ip,
      geographicalContext: { city, country },
    },
    outcome: { result: what.result, ...(what.reason !== undefined && { reason: what.reason }) },
    ...(target && { target: [{ ...target, type: "User" }] }),
    transaction: { type: "WEB", id: transaction, detail: {} },
    debugContext: { debugData: { requestId: transaction } },
    authenticationContext: { authenticationStep: 0, externalSessionId: `trs${transaction.slice(0, 22)}` },
    securityContext: { asNumber: 64500, asOrg: "acme", isp: "acme", isProxy: false },
    request: { ipChain: [{ ip, version: "V4", geographicalContext: { city, country } }] },
  };
}
