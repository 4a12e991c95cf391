/** CrowdStrike's clouds: each has an API and a console of its own. */

interface Cloud {
  /** As in the header `X-Cs-Region`. */
  readonly region: string;
  readonly api: string;
  readonly console: string;
}

const CLOUDS: readonly Cloud[] = [
  { region: "us-1", api: "api.crowdstrike.com", console: "falcon.crowdstrike.com" },
  { region: "us-2", api: "api.us-2.crowdstrike.com", console: "falcon.us-2.crowdstrike.com" },
  { region: "eu-1", api: "api.eu-1.crowdstrike.com", console: "falcon.eu-1.crowdstrike.com" },
  {
    region: "us-gov-1",
    api: "api.laggar.gcw.crowdstrike.com",
    console: "falcon.laggar.gcw.crowdstrike.com",
  },
  { region: "us-gov-2", api: "api.us-gov-2.crowdstrike.mil", console: "falcon.us-gov-2.crowdstrike.mil" },
];

/** The API of the cloud that the vendor names in an answer, or `null` where it names none that we know. */
export function apiNamedIn(headers: Headers): string | null {
  const region = headers.get("x-cs-region")?.trim().toLowerCase();
  const cloud = CLOUDS.find((known) => known.region === region);
  return cloud === undefined ? null : `https://${cloud.api}`;
}

/** The API that belongs to a console's address, or `null` where the address is no console's. */
export function apiOfConsole(address: string): string | null {
  const cloud = CLOUDS.find(({ console }) => console === hostOf(address));
  return cloud === undefined ? null : `https://${cloud.api}`;
}

/** True for the address of a cloud's API. */
export function isCloud(address: string): boolean {
  return CLOUDS.some(({ api }) => api === hostOf(address));
}

/** A link that a record brings, if it leads to a console of the vendor's. */
export function consoleLink(link: string | null | undefined): string | null {
  if (!link || !URL.canParse(link)) return null;
  const { protocol, hostname } = new URL(link);
  return protocol === "https:" && CLOUDS.some(({ console }) => console === hostname) ? link : null;
}

function hostOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).hostname : null;
}
