import { beforeAll, describe, expect, it } from "vitest";
import { effects, fault, lab } from "../lab/support/estate.ts";
import {
  type Answer,
  Falcon,
  noDevice,
  offlineDevice,
  onlineDevice,
  otherDevice,
} from "../lab/support/falcon.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

describe.skipIf(!folder)(`the simulated Falcon API, held against the vendor's document${why}`, () => {
  let document: VendorDocument;

  beforeAll(() => {
    document = new VendorDocument("crowdstrike.json");
  });

  const expectDocumented = (id: string, answer: Answer) => document.expectDocumented(id, answer);

  it("has every operation under the document's path and method", async () => {
    const { vendors } = await import("../../lab/vendors.ts");
    const simulators = vendors.map((vendor) => vendor({ storage: {} } as never));
    const falcon = simulators.find(({ vendor }) => vendor === "crowdstrike");
    expect(falcon?.operations.length).toBeGreaterThanOrEqual(7);
    for (const { id, method, path } of falcon?.operations ?? []) {
      expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(id);
    }
  });

  it("issues, refuses and revokes tokens as documented", async () => {
    const world = await lab();
    const falcon = new Falcon(world);
    expectDocumented("oauth2AccessToken", await falcon.signIn("lab-cs-read", "wrong"));
    expectDocumented("oauth2AccessToken", await falcon.signIn("", ""));
    expectDocumented("oauth2AccessToken", await falcon.signIn("lab-cs-read", "lab-cs-read-secret"));
    const basic = `Basic ${Buffer.from("lab-cs-read:lab-cs-read-secret").toString("base64")}`;
    const revoke = (body: URLSearchParams, authorization: string) =>
      new Falcon(world).send("POST", "/oauth2/revoke", body, { headers: { authorization } });
    const token = new URLSearchParams({ token: falcon.token });
    expectDocumented("oauth2RevokeToken", await revoke(new URLSearchParams(), basic));
    expectDocumented("oauth2RevokeToken", await revoke(token, "Basic eDp5"));
    expectDocumented("oauth2RevokeToken", await revoke(token, basic));
  });

  it("finds devices as documented", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "read");
    const contain = await Falcon.signedIn(world, "contain");
    expectDocumented("QueryDevicesByFilter", await read.find({ filter: "status:'normal'", limit: "5" }));
    expectDocumented("QueryDevicesByFilter", await read.find({ offset: "9999" }));
    expectDocumented("QueryDevicesByFilter", await contain.find());
    const scroll = "/devices/queries/devices-scroll/v1";
    expectDocumented("QueryDevicesByFilterScroll", await read.find({ limit: "5" }, scroll));
    expectDocumented("QueryDevicesByFilterScroll", await read.find({ limit: "5000" }, scroll));
    expectDocumented("QueryDevicesByFilterScroll", await contain.find({}, scroll));
  });

  it("describes every device of the estate as documented, with no property that the document hasn't", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const ids = (await falcon.find({ limit: "5000" })).body.resources;
    const answer = await falcon.details(...ids);
    expectDocumented("PostDeviceDetailsV2", answer);
    expect(answer.body.resources).toHaveLength(240);
    const known = document.propertiesOf("deviceapi.DeviceSwagger");
    for (const device of answer.body.resources) {
      expect(Object.keys(device).filter((property) => !known.has(property))).toEqual([]);
    }
    expectDocumented("PostDeviceDetailsV2", await falcon.details(onlineDevice, noDevice));
  });

  it("says who is online as documented", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const path = "/devices/entities/online-state/v1";
    const ids = [onlineDevice, offlineDevice, noDevice].map((id) => `ids=${id}`).join("&");
    expectDocumented("GetOnlineState_V1", await falcon.send("GET", `${path}?${ids}`));
    expectDocumented("GetOnlineState_V1", await falcon.send("GET", path));
  });

  it("contains devices as documented, success, conflict and refusal alike", async () => {
    const world = await lab();
    const contain = await Falcon.signedIn(world, "contain");
    const read = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "status", status: 409, operation: "PerformActionV2", times: 1 });
    const answers = [
      await contain.act("contain", onlineDevice),
      await contain.act("contain", onlineDevice),
      await contain.act("contain", [otherDevice, onlineDevice, noDevice]),
      await contain.act("contain", noDevice),
      await contain.act("lift_containment", onlineDevice),
      await contain.act("detonate", onlineDevice),
      await read.act("contain", onlineDevice),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 202, 202, 202, 202, 400, 403]);
    for (const answer of answers) expectDocumented("PerformActionV2", answer);
    expect(await effects(world)).toHaveLength(4);
  });

  it("fails as documented when a fault has it fail", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "rate_limit", times: 1 });
    await fault(world, { mode: "status", status: 500, times: 1 });
    await fault(world, { mode: "partial", times: 1 });
    await fault(world, { mode: "error_after_effect", times: 1 });
    for (const status of [429, 500, 202, 500]) {
      const answer = await falcon.act("contain", onlineDevice);
      expect(answer.status).toBe(status);
      expectDocumented("PerformActionV2", answer);
    }
  });

  it("breaks the document when a fault has it drift: or a drift would prove nothing", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "drift" });
    const answer = await falcon.details(onlineDevice);
    expect(() => expectDocumented("PostDeviceDetailsV2", answer)).toThrow();
  });
});
