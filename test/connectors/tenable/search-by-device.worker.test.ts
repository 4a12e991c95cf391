import { describe, expect, test } from "vitest";
import { hosts } from "../../../lab/estate/hosts.ts";
import { assetOf, isScanned } from "../../../lab/tenable/assets.ts";
import { stableUuid } from "../../../lab/tenable/uuid.ts";
import { requestsOf } from "../../downstream/lab-control.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { lab } from "../../support/worker/lab.ts";
import { signedIn } from "../../support/worker/people.ts";
import { beginsAnew, fault, REQUEST, SCOPES, search } from "./searching.ts";

const ASSETS = "assets-list-assets";
const ASSET = "assets-asset-info";

beginsAnew();

describe("search_vulnerabilities of a device", () => {
  const viewer = async () => agentOf(await signedIn("scan-viewer", "viewer"), SCOPES);
  /** Servers have long names at the sensor and short ones at the scanner. */
  const server = hosts.find(({ hostname }) => hostname.endsWith(".acme.test"));
  const label = server?.hostname.split(".")[0] ?? "";
  const uuid = stableUuid(`asset/${server?.id}`);

  test.each([
    ["its long name", server?.hostname, "fqdn"],
    ["its short name", label.toUpperCase(), "hostname"],
    ["its address", server?.localIp, "ip"],
    ["the scanner's id", uuid, "id"],
    ["the scanner's id with its source", `tenable:${uuid}`, "id"],
  ])("finds by %s what is on it, and says by what", async (_, device, by) => {
    const answer = await call(await viewer(), "search_vulnerabilities", { device });
    expect(answer).toMatchObject({
      status: "ok",
      data: { vulnerabilities: expect.arrayContaining([expect.objectContaining({ device: onServer })]) },
      coverage: {
        complete: true,
        sources: [{ status: "ok", as_of: expect.any(String), matched: [{ id: `tenable:${uuid}`, by }] }],
      },
    });
    const { vulnerabilities } = await search({ device, limit: 100 });
    expect(vulnerabilities.every((found) => found.device.uid === uuid)).toBe(true);
  });
  const onServer = expect.objectContaining({ uid: uuid });

  test("finds by MAC and by serial number", async () => {
    const withBoth = listed().find(({ mac_address, serial_number }) => mac_address && serial_number);
    const mac = await search({ device: String(withBoth?.mac_address).replaceAll(":", "-").toLowerCase() });
    const serial = await search({ device: withBoth?.serial_number, limit: 100 });
    expect(mac.sources).toMatchObject([{ matched: [{ id: `tenable:${withBoth?.uuid}`, by: "mac" }] }]);
    expect(serial.sources).toMatchObject([{ matched: [{ id: `tenable:${withBoth?.uuid}`, by: "serial" }] }]);
    expect(serial.vulnerabilities.length).toBeGreaterThan(0);
  });
  const listed = () => hosts.slice(0, 40).map(assetOf);

  test("that it has no finding on is in the scanner all the same", async () => {
    const answer = await call(await viewer(), "search_vulnerabilities", {
      device: label,
      cve_id: "CVE-1999-0001",
    });
    expect(answer).toMatchObject({
      status: "ok",
      data: { vulnerabilities: [] },
      coverage: {
        complete: true,
        sources: [{ status: "ok", matched: [{ id: `tenable:${uuid}` }], as_of: expect.any(String) }],
      },
    });
  });

  test.each([
    ["NO-SUCH-HOST"],
    ["10.9.9.9"],
    ["2001:db8::dead"],
    ["02-00-00-00-00-01"],
    ["00000000-0000-4000-8000-000000000000"],
    // The sensor is there, and no scan covers it.
    [hosts.find((host) => !isScanned(host))?.hostname],
    // It could be a serial number, and no finding has it.
    ["NOSERIAL01"],
  ])("that the scanner doesn't know isn't found: %s", async (device) => {
    expect(await call(await viewer(), "search_vulnerabilities", { device })).toMatchObject({
      status: "not_found",
      resource: { kind: "device", id: device },
      coverage: { sources: [{ source: "tenable", status: "not_found" }] },
    });
  });

  test("by another system's id is refused, with a hint", async () => {
    const answer = await call(await viewer(), "search_vulnerabilities", { device: server?.id });
    expect(answer).toMatchObject({
      status: "error",
      error: {
        code: "invalid_input",
        issues: [{ path: "device", hint: expect.stringContaining("get_device") }],
      },
    });
    expect(await requestsOf(REQUEST)).toEqual([]);
  });

  test.each([
    [ASSETS, label],
    [ASSET, uuid],
  ])("never takes a failure for a device that isn't there: %s", async (operation, device) => {
    for (const [mode, kind] of [
      ["status", "transient"],
      ["drift", "contract"],
      ["malformed", "contract"],
    ] as const) {
      await lab.clear();
      await fault(operation, mode);
      // Of one asset, nothing is named otherwise.
      if (operation === ASSET && mode === "drift") continue;
      await expect(search({ device })).rejects.toMatchObject({ kind });
    }
  });

  test("asks for an export of its own, which serves the next question about it", async () => {
    await search({ device: label, severity: ["critical"] });
    await search({ device: server?.localIp, since: new Date(Date.now() - 86_400_000).toISOString() });
    expect(await requestsOf(REQUEST)).toHaveLength(1);
  });
});
