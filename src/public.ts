/** What a deployment in a repository of its own is written with. */

export { openCase } from "./capabilities/alerts/open-case.ts";
export { searchAlerts } from "./capabilities/alerts/search-alerts.ts";
export { updateAlert } from "./capabilities/alerts/update-alert.ts";
export { getDetection } from "./capabilities/detections/get-detection.ts";
export { searchDetections } from "./capabilities/detections/search-detections.ts";
export { updateDetection } from "./capabilities/detections/update-detection.ts";
export { containDevice, releaseDevice } from "./capabilities/devices/contain-device.ts";
export { getDevice } from "./capabilities/devices/get-device.ts";
export { searchDevices } from "./capabilities/devices/search-devices.ts";
export { endUserSessions } from "./capabilities/identities/end-user-sessions.ts";
export { getUser } from "./capabilities/identities/get-user.ts";
export { searchSignIns } from "./capabilities/identities/search-sign-ins.ts";
export { searchUsers } from "./capabilities/identities/search-users.ts";
export { suspendUser, unsuspendUser } from "./capabilities/identities/suspend-user.ts";
export { pageOnCall } from "./capabilities/pages/page-on-call.ts";
export { createTicket } from "./capabilities/tickets/create-ticket.ts";
export { getTicket } from "./capabilities/tickets/get-ticket.ts";
export { searchTickets } from "./capabilities/tickets/search-tickets.ts";
export { launchScan } from "./capabilities/vulnerabilities/launch-scan.ts";
export { searchVulnerabilities } from "./capabilities/vulnerabilities/search-vulnerabilities.ts";
export type { Deployment } from "./catalogue/catalogue.ts";
export { controlTools } from "./catalogue/controls/tools.ts";
export { ownTools } from "./catalogue/own/tools.ts";
export { prompts } from "./catalogue/prompts/prompts.ts";
export { resources } from "./catalogue/resources/resources.ts";
export { crowdstrikeConnector } from "./connectors/crowdstrike/connector.ts";
export { elasticConnector } from "./connectors/elastic/connector.ts";
export { intelligenceConnectors } from "./connectors/intelligence/connector.ts";
export { lookupCve } from "./connectors/intelligence/lookup-cve.ts";
export { jiraConnector } from "./connectors/jira/connector.ts";
export { oktaConnector } from "./connectors/okta/connector.ts";
export { pagerdutyConnector } from "./connectors/pagerduty/connector.ts";
export { tenableConnector } from "./connectors/tenable/connector.ts";
export { deployment } from "./deployment.ts";
export { type Sallyport, sallyport } from "./sallyport.ts";
export { type ChangePort, type ChangeSpec, changeSpec } from "./toolkit/change.ts";
export { type Connector, type Served, serve } from "./toolkit/connector.ts";
export { Failure, type FailureDetail } from "./toolkit/failure.ts";
export { cursor, limit } from "./toolkit/lists/paging.ts";
export { mapRecords, records } from "./toolkit/lists/records.ts";
export { type ReadPort, type ReadSpec, readSpec } from "./toolkit/read.ts";
export { ALL_SCOPES, type Scope } from "./toolkit/scopes.ts";
export { BaseUrl, Milliseconds, Secret, SettleMs } from "./toolkit/settings.ts";
export type { Severity } from "./toolkit/severity.ts";
export { since } from "./toolkit/since.ts";
export { reportedObject, reportedText } from "./toolkit/text/reported-text.ts";
export { Title } from "./toolkit/title.ts";
export type { Credential } from "./toolkit/upstream/credential.ts";
export {
  contractChanged,
  credentialRejected,
  failureOfStatus,
  misconfigured,
  rateLimited,
  redirected,
  rejected,
  timedOut,
  unavailable,
} from "./toolkit/upstream/failures.ts";
export { waitByRetryAfter } from "./toolkit/upstream/retry-after.ts";
export type { Upstream, UpstreamAnswer, UpstreamRequest } from "./toolkit/upstream/upstream.ts";
export type { Vendor } from "./toolkit/upstream/vendor.ts";
export type { VendorCheck } from "./toolkit/upstream/vendor-check.ts";
