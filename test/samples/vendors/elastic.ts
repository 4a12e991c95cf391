/** Elastic's samples, through `search_alerts`, `update_alert` and `open_case`. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Sample } from "../sample.ts";
import type { Asked, SampleCase, SampleVendor } from "../vendor.ts";
import { fieldsOf, type Source, valueAt } from "./elastic-documents.ts";

const SEARCH = "SearchAlerts";
const SET = "SetAlertsStatus";
const FIND = "findCasesDefaultSpace";
const CREATE = "createCaseDefaultSpace";
const reason = "A sample is fed through";

interface Hit {
  readonly _id: string;
  readonly _source: Source;
}

const nameOf = ({ file }: Sample) => file.split("/").at(-1)?.replace(".json", "") ?? "";

/** By hand: what a stored document has to become. */
function alertOf({ _id, _source }: Hit) {
  const at = (field: string) => valueAt(_source, field);
  const severity = at("kibana.alert.severity") ?? at("signal.rule.severity");
  const host = at("host.name") ?? null;
  const addresses: string[] = [at("host.ip") ?? []].flat();
  const [user = null, ...others] = [at("user.name") ?? []].flat();
  const rule = at("kibana.alert.rule.uuid") ?? at("signal.rule.id");
  return {
    alert_id: _id,
    title: at("kibana.alert.rule.name") ?? at("signal.rule.name"),
    severity: `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`,
    vendor_severity: severity,
    risk_score: at("kibana.alert.risk_score") ?? at("signal.rule.risk_score"),
    status: at("kibana.alert.workflow_status") ?? at("signal.status"),
    time: new Date(at("@timestamp")).toISOString(),
    analytic: { uid: rule, type: "Rule" },
    device:
      host === null
        ? null
        : { hostname: host, ip: addresses.find((ip) => ip.startsWith("10.")), ip_addresses: addresses },
    user: user === null ? null : { name: user, domain: at("user.domain") ?? null },
    observables: others.map((value) => ({ name: "user.name", value })),
  };
}

const found = (sample: Sample): SampleCase => ({
  tool: "search_alerts",
  args: {},
  check({ status, data, coverage }) {
    expect(status).toBe("ok");
    const { _shards, hits } = sample.json;
    const whole = _shards.failed === 0;
    expect(data.alerts).toHaveLength(hits.hits.length);
    expect(data.alerts).toMatchObject(hits.hits.map(alertOf));
    expect(coverage).toMatchObject({
      complete: whole,
      unreadable: 0,
      next_cursor: null,
      sources: [{ status: whole ? "ok" : "error", count: hits.hits.length }],
    });
    if (hits.total) expect(coverage.sources[0].total).toBe(hits.total.value);
  },
});

const REFUSALS: Readonly<Record<number, object>> = {
  400: { kind: "configuration", code: "misconfigured" },
  401: { kind: "configuration", code: "credential_rejected" },
  403: { kind: "configuration", code: "credential_rejected" },
};

const update = (sample: Sample): SampleCase => {
  const alert_id = createHash("sha256").update(sample.file).digest("hex");
  const error = sample.http_status === 200 ? { code: "upstream_rejected" } : REFUSALS[sample.http_status];
  return {
    tool: "update_alert",
    args: { alert_id, status: "closed", reason },
    check(result) {
      if (sample.json.updated === 1) {
        expect(result).toMatchObject({ status: "ok", data: { alert_id, status: "closed" } });
        return;
      }
      expect(result).toMatchObject({ operation: { state: "failed_safe" }, error });
      expect(result.error.message).toMatch(/ No alert was changed\.$/);
    },
  };
};

const opened = (sample: Sample): SampleCase => ({
  tool: "open_case",
  args: { title: `Sample ${nameOf(sample)}`, description: "It looks odd.", severity: "low", reason },
  check(result) {
    if (sample.http_status === 200) {
      const { id } = sample.operation === FIND ? sample.json.cases[0] : sample.json;
      expect(result).toMatchObject({ status: "ok", data: { case_id: id } });
      return;
    }
    expect(result).toMatchObject({
      operation: { state: "failed_safe" },
      error: REFUSALS[sample.http_status],
    });
    expect(result.error.message).toMatch(/ No case was opened\.$/);
  },
});

/** What Elasticsearch does with stored documents: the fields that are asked for, and the values that they are sorted by. */
// biome-ignore lint/suspicious/noExplicitAny: a sample has no type
function searched(json: any, { body }: Asked): unknown {
  const { fields, sort } = JSON.parse(body);
  const keys = sort.flatMap((one: object) => Object.keys(one));
  const hits = json.hits.hits.map(({ _source, ...hit }: Hit) => {
    const all = fieldsOf(_source);
    const wanted = fields.filter((field: string) => all.has(field));
    const place = keys.map((key: string) => all.get(key)?.[0] ?? null);
    return {
      ...hit,
      fields: Object.fromEntries(wanted.map((field: string) => [field, all.get(field)])),
      sort: place.map((value: string, at: number) => (keys[at] === "@timestamp" ? Date.parse(value) : value)),
    };
  });
  return { ...json, hits: { ...json.hits, hits } };
}

/** An open alert of the id that is asked for. */
function openAlert(asked: Asked): unknown {
  const [_id] = JSON.parse(asked.body).query.ids?.values ?? [];
  const _source = {
    "@timestamp": "2026-11-20T10:00:00.000Z",
    "kibana.alert.workflow_status": "open",
    "kibana.alert.uuid": _id,
  };
  const hits = _id === undefined ? [] : [{ _id, _source }];
  return searched({ timed_out: false, _shards: { total: 1, failed: 0 }, hits: { hits } }, asked);
}

export const elastic: SampleVendor = {
  name: "elastic",
  folder: "elastic",
  environment: (url) => ({ ELASTIC_BASE_URL: url }),
  routes: [
    { operation: SEARCH, method: "POST", path: /^\/api\/detection_engine\/signals\/search$/ },
    { operation: SET, method: "POST", path: /^\/api\/detection_engine\/signals\/status$/ },
    { operation: CREATE, method: "POST", path: /^\/api\/cases$/ },
    { operation: FIND, method: "GET", path: /^\/api\/cases\/_find$/ },
  ],
  usual: {
    [SEARCH]: (asked) => ({ json: openAlert(asked) }),
    [FIND]: { json: { cases: [], page: 1, per_page: 5, total: 0 } },
  },
  shown({ operation, http_status, json }, asked) {
    if (http_status !== 200) return json;
    switch (operation) {
      case SEARCH:
        return searched(json, asked);
      // The operation's id is the tag, which no sample can know.
      case CREATE:
        return { ...json, tags: JSON.parse(asked.body).tags };
      case FIND: {
        const tags = ["sallyport", asked.url.searchParams.get("tags")];
        return { ...json, cases: json.cases.map((one: object) => ({ ...one, tags })) };
      }
      default:
        return json;
    }
  },
  caseOf(sample) {
    switch (sample.operation) {
      case SEARCH:
        return sample.http_status === 200
          ? found(sample)
          : {
              tool: "search_alerts",
              args: {},
              check: ({ error }) => expect(error).toMatchObject(REFUSALS[sample.http_status] ?? {}),
            };
      case SET:
        return update(sample);
      case CREATE:
      case FIND:
        return opened(sample);
      default:
        return null;
    }
  },
  lab: {
    calls: [
      {
        tool: "open_case",
        args: { title: "A case of the lab's", description: "It looks odd.", severity: "low", reason },
      },
    ],
    records: { [CREATE]: (one) => [one] },
  },
};
