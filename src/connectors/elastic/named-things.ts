/**
 * Filters that name a thing: a host, a user, a rule. Sources write down one thing in several ways, so each is looked for
 * in all of them. Pure.
 */
import * as z from "zod";
import type { JsonObject } from "../../toolkit/json.ts";

const Address = z.union([z.ipv4(), z.ipv6()]);
const Range = z.union([z.cidrv4(), z.cidrv6()]);

/** Short names and full ones are the same host: `WS-01`, `ws-01.corp.example.com`. Some are named by their address. */
export function hostClause(host: string): JsonObject {
  const by_address = { term: { "host.ip": host } };
  if (Range.safeParse(host).success) return by_address;
  if (Address.safeParse(host).success) return anyOfNames([by_address, is("host.name", host)]);
  const [label = host] = host.split(".");
  const names = label === host ? [host] : [host, label];
  return anyOfNames(
    ["host.name", "host.hostname"].flatMap((field) => [
      ...names.map((name) => is(field, name)),
      { prefix: { [field]: { value: `${host}.`, case_insensitive: true } } },
    ]),
  );
}

/** `name`, `DOMAIN\name`, which some sources write as one name, an address, or a SID. */
export function userClause(user: string): JsonObject {
  const [, domain, name] = /^([^\\]+)\\([^\\]+)$/.exec(user) ?? [];
  if (domain !== undefined && name !== undefined) {
    const apart = { bool: { filter: [is("user.name", name), is("user.domain", domain)] } };
    return anyOfNames([apart, is("user.name", user)]);
  }
  return anyOfNames(["user.name", "user.email", "user.id"].map((field) => is(field, user)));
}

/** A rule's name, or its id. */
export function ruleClause(rule: string): JsonObject {
  return anyOfNames(["kibana.alert.rule.name", "kibana.alert.rule.uuid"].map((field) => is(field, rule)));
}

function is(field: string, value: string): JsonObject {
  return { term: { [field]: { value, case_insensitive: true } } };
}

/** Where one of several holds. */
export function anyOfNames(should: readonly JsonObject[]): JsonObject {
  return { bool: { should, minimum_should_match: 1 } };
}
