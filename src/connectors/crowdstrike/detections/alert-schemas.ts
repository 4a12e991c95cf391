/** What we rely on of CrowdStrike's alerts: their ids, as in `schemas.ts`. Each product leaves out other fields. */
import * as z from "zod";
import { DetectionId } from "../../../capabilities/detections/detection.ts";
import { DeviceId } from "../../../capabilities/devices/device.ts";
import { records } from "../../../toolkit/lists/records.ts";
import { vendorWord } from "../../../toolkit/words.ts";
import { idPage, moment, reported } from "../schemas.ts";

const Attack = { tactic: reported, tactic_id: reported, technique: reported, technique_id: reported };

/** A process and its file, as alerts name them. */
const Process = {
  cmdline: reported,
  filename: reported,
  filepath: reported,
  sha256: reported,
  sha1: reported,
  md5: reported,
};

const texts = z.array(z.string()).nullish();

/** `detects.Alert`, as far as it is used. */
export const AlertRecord = z.object({
  composite_id: DetectionId,
  /** 1 to 100, and the console's word for it. */
  severity: z.number().nullish(),
  severity_name: vendorWord,
  status: vendorWord,
  resolution: vendorWord,
  product: vendorWord,
  timestamp: moment,
  created_timestamp: moment,
  /** Both are absent until somebody takes the alert. */
  assigned_to_name: reported,
  assigned_to_uid: reported,
  name: reported,
  display_name: reported,
  description: reported,
  falcon_host_link: reported,
  tags: texts,
  agent_id: DeviceId.or(z.literal("")).nullish(),
  computer_name: reported,
  device: z.object({ device_id: DeviceId.or(z.literal("")).nullish(), hostname: reported }).nullish(),
  user_name: reported,
  user_id: reported,
  logon_domain: reported,
  source_account_domain: reported,
  ...Process,
  parent_details: z.object(Process).nullish(),
  source_endpoint_host_name: reported,
  source_endpoint_address_ip4: reported,
  source_hosts: texts,
  source_ips: texts,
  mitre_attack: z.array(z.object(Attack)).nullish(),
  ...Attack,
});
export type AlertRecord = z.output<typeof AlertRecord>;

/** `detectsapi.PostEntitiesAlertsV2Response`. */
export const AlertDetails = z.object({ resources: records(AlertRecord) });

/** `detectsapi.AlertQueryResponse`: one page of composite ids. */
export const AlertIdPage = idPage(DetectionId);

/** `detectsapi.ResponseFields`: how many alerts a change affected. */
export const AlertWrites = z.object({
  meta: z.object({ writes: z.object({ resources_affected: z.int().min(0) }).nullish() }),
});
