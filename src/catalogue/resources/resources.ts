/** Declares the resources: operations, audit events and controls, each with the read behind it. */
import { CONTROLS } from "../controls/catalogue.ts";
import { checkControl } from "../controls/check-control.ts";
import { getOperation } from "../own/get-operation.ts";
import { getAuditEvent } from "./audit-event.ts";
import { defineResource, type Resource } from "./resource.ts";

const operation = defineResource({
  name: "operation",
  title: "Operation",
  description: "How a state change stands: state, result, evidence. The same as get_operation.",
  uri: "sallyport://operations/{operation_id}",
  read: getOperation,
  listed: [],
});

const auditEvent = defineResource({
  name: "audit_event",
  title: "Audit event",
  description:
    "One audit event in full. Every result names its own as audit_id; a new one takes some seconds.",
  uri: "sallyport://audit/{audit_id}",
  read: getAuditEvent,
  listed: [],
});

const control = defineResource({
  name: "control",
  title: "Control with its evidence",
  description: "A control, checked as it is read: pass, fail or indeterminate. The same as check_control.",
  uri: "sallyport://controls/{control_id}",
  read: checkControl,
  listed: CONTROLS.map(({ control_id, title, question }) => ({
    variables: { control_id },
    name: control_id,
    title,
    description: question,
  })),
});

/** All kinds of resources, in the order in which they are listed. */
export const resources: readonly Resource[] = [auditEvent, control, operation];
