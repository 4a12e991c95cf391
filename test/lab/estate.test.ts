import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/estate/hosts.ts";
import { accounts, people } from "../../lab/estate/people.ts";

const dayMs = 86_400_000;
const count = (condition: (host: (typeof hosts)[number]) => boolean) => hosts.filter(condition).length;

describe("the estate", () => {
  it("has 240 hosts with ids, names and addresses of their own", () => {
    expect(hosts).toHaveLength(240);
    for (const property of ["id", "hostname", "localIp", "mac", "serial"] as const) {
      expect(new Set(hosts.map((host) => host[property])).size, property).toBe(240);
    }
    for (const { id } of hosts) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is the same everywhere and always", () => {
    expect(hosts[0]).toMatchObject({ id: "61cf534b2b0e1afc4a8893c8e31dfce6", hostname: "BOS-LT-1C6D3F" });
    expect(hosts[239]).toMatchObject({ kind: "domain-controller", criticality: "critical" });
  });

  it("has few hosts that matter much, and enough that don't to try things on", () => {
    expect(count(({ criticality }) => criticality === "critical")).toBe(8);
    expect(count(({ criticality }) => criticality === "high")).toBe(20);
    const plain = hosts.slice(0, 80);
    expect(plain.every(({ online, criticality }) => online && ["low", "medium"].includes(criticality))).toBe(
      true,
    );
    expect(new Set(plain.map(({ criticality }) => criticality))).toEqual(new Set(["low", "medium"]));
  });

  it("has about a tenth switched off, some of them for more than 30 days, and some that matter", () => {
    const offline = hosts.filter(({ online }) => !online);
    expect(offline).toHaveLength(22);
    expect(offline.filter(({ seenAgoMs }) => seenAgoMs > 30 * dayMs)).toHaveLength(8);
    expect(offline.some(({ criticality }) => criticality === "high")).toBe(true);
  });

  it("has people whose ids contain no colon, and who can sign in with one group each but nobody", () => {
    expect(new Set(people.map(({ login }) => login)).size).toBe(people.length);
    for (const { id } of people) expect(id).not.toContain(":");
    expect(accounts.map(({ login, groups }) => `${login}: ${groups.join()}`)).toEqual([
      "viewer: sallyport-viewers",
      "analyst: sallyport-analysts",
      "responder: sallyport-responders",
      "responder2: sallyport-responders",
      "approver: sallyport-approvers",
      "auditor: sallyport-auditors",
      "admin: sallyport-admins",
      "nobody: ",
    ]);
  });
});
