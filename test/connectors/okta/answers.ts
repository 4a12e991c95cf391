import { CANARY } from "../crowdstrike/answers.ts";

/** An error in Okta's shape, with the canary wherever Okta writes words. */
export function oktaError(errorCode: string) {
  return {
    errorCode,
    errorSummary: CANARY,
    errorLink: errorCode,
    errorId: "oae1",
    errorCauses: [{ errorSummary: CANARY }],
  };
}
