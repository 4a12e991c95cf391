/** A hit as Elasticsearch has it when it is asked for fields. */
export const HIT = {
  _index: ".internal.alerts-security.alerts-default-000001",
  _id: "80e1383f856e67c1b7f7a1634744fa6d66b6e2ef7aa26d226e57afb5a7b2b4a1",
  _score: null,
  fields: {
    "@timestamp": ["2026-11-22T09:00:00.123Z"],
    "kibana.alert.rule.uuid": ["94d80550-aaf4-11ec-985f-97e55adae8b9"],
    "kibana.alert.rule.name": ["LSASS Memory Dump Creation"],
    "kibana.alert.severity": ["critical"],
    "kibana.alert.risk_score": [91],
    "kibana.alert.workflow_status": ["open"],
    "host.name": ["BOS-DC-01"],
    "host.ip": ["10.20.0.11", "fe80::1"],
    "user.name": ["mallory"],
  },
  sort: [1_795_338_000_123, "80e1383f856e67c1b7f7a1634744fa6d66b6e2ef7aa26d226e57afb5a7b2b4a1"],
};

/** An answer of Elasticsearch to a search. */
export const searched = (...hits: unknown[]) => ({
  timed_out: false,
  _shards: { total: 1, failed: 0 },
  hits: { hits },
});
