import { beforeAll, describe, expect, it } from "vitest";
import { vendors } from "../../lab/vendors.ts";
import { pagerdutyCredentials } from "../../src/connectors/pagerduty/credentials.ts";
import { pagerduty } from "../../src/connectors/pagerduty/errors.ts";
import type { PagerdutySettings } from "../../src/connectors/pagerduty/settings.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { effects, fault, lab } from "../lab/support/estate.ts";
import { incidentBody, PagerDuty } from "../lab/support/pagerduty.ts";
import { changeAt, settingsFor } from "../support/deployed.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const pageOnCall = changeAt("page_on_call");

const env = { PAGERDUTY_SERVICE_ID: "PSECOPS", PAGERDUTY_FROM: "responder@acme.test" } as Env;

describe.skipIf(!folder)(`PagerDuty, held against the vendor's document${why}`, () => {
  let document: VendorDocument;

  beforeAll(() => {
    document = new VendorDocument("pagerduty.json");
  });

  it("has every operation under the document's path and method", () => {
    const simulators = vendors.map((vendor) => vendor({ storage: {} } as never));
    const operations = simulators.find(({ vendor }) => vendor === "pagerduty")?.operations ?? [];
    // The document that this is held against is cut to what tools ask; these are asked by checks only.
    const asked = operations.filter(({ id }) => !["listUsers", "getService"].includes(id));
    expect(asked).toHaveLength(4);
    for (const { id, method, path } of asked) {
      expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(id);
    }
  });

  it("lists incidents as documented", async () => {
    const world = await lab();
    const read = new PagerDuty(world, "read");
    const all = await read.list("date_range=all&limit=100&total=true");
    expect(all.body.incidents).toHaveLength(24);
    document.expectDocumented("listIncidents", all);
    document.expectDocumented("listIncidents", await read.list("incident_key=nonesuch"));
    document.expectDocumented("listIncidents", await read.list("limit=1000"));
    const nobody = new PagerDuty(world, "read", { authorization: "Token token=wrong" });
    document.expectDocumented("listIncidents", await nobody.list());
    await fault(world, { vendor: "pagerduty", mode: "rate_limit", times: 1 });
    document.expectDocumented("listIncidents", await read.list());
    const [{ id }] = all.body.incidents;
    document.expectDocumented("getIncident", await read.send("GET", `/incidents/${id}`));
    document.expectDocumented("getIncident", await read.send("GET", "/incidents/QNONE"));
  });

  it("opens and resolves incidents as documented, success, refusal and failure alike", async () => {
    const world = await lab();
    const page = new PagerDuty(world, "page");
    const answers = [
      await page.create(),
      await page.create(),
      await page.create(incidentBody({ title: "" })),
      await new PagerDuty(world, "read").create(),
      await new PagerDuty(world, "page", { authorization: "" }).create(),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 400, 400, 403, 401]);
    for (const answer of answers) document.expectDocumented("createIncident", answer);
    document.expectDocumented("updateIncident", await page.resolve(answers[0]?.body.incident.id));
    expect(await effects(world)).toHaveLength(2);
  });

  it("breaks the document when a fault has it drift", async () => {
    const world = await lab();
    await fault(world, { vendor: "pagerduty", mode: "drift" });
    const created = await new PagerDuty(world, "page").create();
    expect(() => document.expectDocumented("createIncident", created)).toThrow();
    const listed = await new PagerDuty(world, "read").list();
    expect(() => document.expectDocumented("listIncidents", listed)).toThrow();
  });

  it("is asked by requests that the document knows, with the headers that it requires, and that the lab accepts", async () => {
    const through = new RecordedRequests({ listIncidents: { incidents: [] } });
    const input = pageOnCall.input.parse({ title: "Ransomware", urgency: "low" });
    await pageOnCall.inspect(input, through, env, "op_1");
    const creation = pageOnCall.request(input, "op_1", env);
    expect(through.asked).toHaveLength(1);
    for (const request of [...through.asked, creation]) document.expectRequest(request);
    const headers = new Headers();
    pagerdutyCredentials.page.authorize(
      headers,
      "lab-pd-page-key",
      settingsFor(pagerduty, env) as PagerdutySettings,
    );
    const { url } = await lab();
    const response = await fetch(`${url}/pagerduty${creation.path}`, {
      method: creation.method,
      headers,
      body: JSON.stringify(creation.json),
    });
    expect(response.status).toBe(201);
    for (const header of document.requiredHeaders("createIncident")) {
      expect(headers.get(header), header).not.toBeNull();
    }
  });
});
