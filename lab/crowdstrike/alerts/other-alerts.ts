/** Alerts of Falcon's other products. Each leaves out what the endpoint's alerts have, and ids take other forms. */

import { customerId } from "../hosts/device-record.ts";
import type { SeededAlert } from "./alert-seed.ts";

/** How an alert differs from one of the endpoint's. */
export interface Product {
  readonly product: string;
  readonly type: string;
  /** Fields that it hasn't got. */
  readonly lacks: readonly string[];
  /** Fields that it has besides, or with other values. */
  readonly has: Readonly<Record<string, unknown>>;
}

const words = (text: string) => text.trim().split(/\s+/);

const OF_THE_ENDPOINT = words(`
  agent_id aggregate_id cmdline filename filepath sha256 sha1 md5 parent_details user_id logon_domain device objective
  scenario confidence email_sent`);

export const PRODUCTS = {
  /** What an automated lead rests on: nobody has judged how bad it is. */
  lead: {
    product: "automated-lead-context",
    type: "signal",
    lacks: words(
      "severity severity_name email_sent confidence resolution linked_case_ids user_id logon_domain",
    ),
    has: {},
  },
  /** A sensor of 2023 gave the number alone. */
  old: {
    product: "epp",
    type: "ldt",
    lacks: words(`
      severity_name display_name mitre_attack seconds_to_resolved seconds_to_triaged parent_details origin_cid
      linked_case_ids`),
    has: {},
  },
  mobile: {
    product: "mobile",
    type: "mobile-android-attestation",
    lacks: words(
      "device mitre_attack cmdline filename filepath sha256 sha1 md5 parent_details user_id logon_domain",
    ),
    has: { computer_name: "Pixel 8 of Ada", platform: "Android" },
  },
  cloud: {
    product: "fcs",
    type: "cloud-ioa",
    lacks: words(`
      agent_id cmdline filename filepath sha256 sha1 md5 parent_details user_id logon_domain mitre_attack tactic
      tactic_id technique technique_id confidence crawled_timestamp data_domains email_sent objective origin_cid
      pattern_id platform scenario seconds_to_resolved seconds_to_triaged show_in_ui source_products source_vendors
      user_name linked_case_ids`),
    has: { device: { service_provider: "aws" }, status: "auto_closed" },
  },
  siem: {
    product: "ngsiem",
    type: "correlation-detection",
    lacks: [
      ...OF_THE_ENDPOINT,
      ...words("description tactic tactic_id technique technique_id user_name platform"),
    ],
    has: { mitre_attack: [], source_hosts: ["vpn.acme.test"], source_ips: ["2001:db8:20::9"] },
  },
} as const satisfies Record<string, Product>;

/** Where its ids differ from `ind:<agent>:<process>-<pattern>-<event>`. */
export const IDS: Partial<Record<keyof typeof PRODUCTS, (agent: string, digits: string) => string>> = {
  mobile: (agent, digits) => `ind:${agent}:${digits.slice(0, 5)}|${digits}`,
  cloud: (_agent, digits) => `fcs:ioa-211:${digits}`,
  siem: (_agent, digits) => `ngsiem:${customerId}:${digits}`,
};

/** The record of an alert as its product writes it. */
export function asWritten<Record extends object>(record: Record, { product }: SeededAlert): Record {
  if (product === undefined) return record;
  const { lacks, has, ...names }: Product = PRODUCTS[product];
  const kept = Object.entries(record).filter(([name]) => !lacks.includes(name));
  return { ...Object.fromEntries(kept), ...names, ...has } as Record;
}
