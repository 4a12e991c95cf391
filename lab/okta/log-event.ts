/** Writes an entry of the system log as the vendor does. */
import { stableId } from "../estate/random.ts";
import type { OktaAccount } from "./accounts.ts";

/** Who did something, or to whom it was done. */
interface Entity {
  id: string | null;
  type: "User" | "PublicClientApp" | "SystemPrincipal" | "IP address" | "AppInstance" | null;
  alternateId: string | null;
  displayName: string | null;
}

/** What happened, before it has the vendor's form. */
export interface Happening {
  /** Names the event: the same name is the same event. */
  name: string;
  eventType: string;
  displayMessage: string;
  /** Epoch ms. */
  at: number;
  /** `STALLED` isn't in the vendor's document: words are added without notice. */
  result: "SUCCESS" | "ALLOW" | "FAILURE" | "DENY" | "UNANSWERED" | "STALLED";
  reason?: string;
  actor: Entity;
  target?: Entity[];
  /** `null` where the vendor itself did it. */
  client: Client | null;
  /** The factor that was used, or asked for. */
  factor?: string;
}

interface Client {
  ip: string;
  os: string | null;
  browser: string;
  /** `null` where the vendor doesn't know the place. */
  place: { city: string; country: string } | null;
  appId?: string;
}

/** `LogEvent`, as far as its document gives each field a type. */
export type LogEvent = ReturnType<typeof logEvent>;

/** An account as an entry of the log names it. */
export function named({ id, person }: OktaAccount) {
  return { id, type: "User" as const, alternateId: person.email, displayName: person.name };
}

/** What happened, as the vendor writes it down: every key is there, and `null` where there is no value. */
export function logEvent({ name, at, actor, target, client, ...what }: Happening) {
  const uuid = stableId(`log/${name}`).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  const transaction = stableId(`transaction/${name}`);
  const known = client?.place != null;
  return {
    uuid,
    published: new Date(at).toISOString(),
    eventType: what.eventType,
    displayMessage: what.displayMessage,
    version: "0",
    severity: what.result === "SUCCESS" ? "INFO" : "WARN",
    actor: { ...actor, detailEntry: null },
    client: client && {
      id: client.appId ?? null,
      userAgent: client.os && {
        rawUserAgent: `Mozilla/5.0 (${client.os})`,
        os: client.os,
        browser: client.browser,
      },
      zone: known ? "null" : null,
      device: "Computer",
      ipAddress: client.ip,
      geographicalContext: client.place && {
        ...client.place,
        state: null,
        postalCode: null,
        geolocation: null,
      },
    },
    outcome: { result: what.result, reason: what.reason ?? null },
    target: target?.map((entity) => ({ ...entity, detailEntry: null })) ?? null,
    transaction: { type: "WEB", id: transaction, detail: {} },
    debugContext: client && {
      debugData: { requestId: transaction, ...(what.factor && { factor: what.factor }) },
    },
    authenticationContext: {
      authenticationStep: 0,
      externalSessionId: `trs${transaction.slice(0, 22)}`,
      interface: null,
      issuer: null,
    },
    securityContext: known
      ? { asNumber: 64500, asOrg: "acme", isp: "acme", isProxy: false }
      : { asNumber: null, asOrg: null, isp: null, isProxy: null },
    request: {
      ipChain: client?.place
        ? [
            {
              ip: client.ip,
              version: client.ip.includes(":") ? "V6" : "V4",
              geographicalContext: client.ip.includes(":") ? null : client.place,
            },
          ]
        : [],
    },
  };
}
