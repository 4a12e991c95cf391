/** Shows how each vendor and credential does, and what is switched off. */
import type { FC } from "hono/jsx";
import type { Switches } from "../../tenant/protocol.ts";
import { credentialsOf, type Tool } from "../../toolkit/tool.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import type { Vendor } from "../../toolkit/upstream/vendor.ts";
import { Badge, Facts, Table, Time, type Tone } from "../elements.tsx";
import { consolePage } from "../page.tsx";
import type { Visit, Visitor } from "../visit.ts";
import { type CredentialStanding, credentialStandings, type VendorDay, vendorsOfDay } from "./standing.ts";
import { SwitchForm } from "./switch-form.tsx";

const SECTION = "/console/connectors";

/** `GET /console/connectors`: how each vendor and each credential does, and what is switched off. */
export async function showConnectors({ env, catalogue, visitor, now }: Visit): Promise<Response> {
  const [switches, standings, days] = await Promise.all([
    env.TENANT_OBJECT.getByName(env.TENANT).switches(),
    credentialStandings(env, catalogue.credentials),
    vendorsOfDay(env.DB, now),
  ]);
  const vendors = Map.groupBy(catalogue.credentials, ({ vendor }) => vendor);
  const content = (
    <>
      <h1>Connectors</h1>
      <p class="lead">
        Each vendor, the credentials that tools use there, and the tools. What is switched off here is held on
        the next call. Times are UTC.
      </p>
      {[...vendors].map(([vendor, credentials]) => (
        <VendorCard
          vendor={vendor}
          credentials={credentials}
          tools={catalogue.tools.filter((tool) => uses(tool, credentials))}
          day={days.get(vendor.name)}
          standings={standings}
          switches={switches}
          visitor={visitor}
          now={now}
        />
      ))}
      <OwnTools tools={catalogue.tools.filter(asksNobody)} switches={switches} visitor={visitor} />
    </>
  );
  return consolePage(visitor, { title: "Connectors", section: SECTION }, content);
}

interface Switchable {
  readonly switches: Switches;
  readonly visitor: Visitor;
}

const VendorCard: FC<
  Switchable & {
    vendor: Vendor;
    credentials: readonly Credential[];
    tools: readonly Tool[];
    day: VendorDay | undefined;
    standings: ReadonlyMap<string, CredentialStanding>;
    now: number;
  }
> = ({ vendor, credentials, tools, day, standings, switches, visitor, now }) => (
  <section class="card even" aria-labelledby={`vendor-${vendor.name}`}>
    <h2 id={`vendor-${vendor.name}`}>{vendor.title}</h2>
    <Day day={day} now={now} />
    <Table
      label={`Credentials for ${vendor.title}`}
      columns={["Credential", "Circuit", "Token until", "Last refresh", ""]}
      empty="None."
      rows={credentials.map(({ name, permission }) => {
        const standing = standings.get(name);
        const disabled = switches.disabled_credentials.includes(name);
        return [
          <>
            <strong>{name}</strong> {disabled && <Badge tone="bad">disabled</Badge>}
            <div class="dim small">{permission}</div>
          </>,
          <Circuit standing={standing} now={now} />,
          <Until standing={standing} now={now} />,
          <Refresh standing={standing} now={now} />,
          <SwitchForm kind="credential" name={name} disabled={disabled} visitor={visitor} />,
        ];
      })}
    />
    <Tools label={`Tools of ${vendor.title}`} tools={tools} switches={switches} visitor={visitor} />
  </section>
);

const OwnTools: FC<Switchable & { tools: readonly Tool[] }> = ({ tools, switches, visitor }) => (
  <section class="card even" aria-labelledby="own">
    <h2 id="own">Sallyport</h2>
    <p class="dim">Tools that ask no vendor.</p>
    <Tools label="Tools of Sallyport" tools={tools} switches={switches} visitor={visitor} />
  </section>
);

/** Folded up unless something in it is switched off: most visits are for the credentials. */
const Tools: FC<Switchable & { label: string; tools: readonly Tool[] }> = ({
  label,
  tools,
  switches,
  visitor,
}) => {
  const off = tools.filter(({ name }) => switches.disabled_tools.includes(name)).length;
  return (
    <details open={off > 0}>
      <summary>
        {label} ({off === 0 ? tools.length : `${tools.length}, ${off} disabled`})
      </summary>
      <Table
        label={label}
        columns={["Tool", "Does", "Scope", "State", ""]}
        empty="None."
        rows={tools.map((tool) => rowOf(tool, { switches, visitor }))}
      />
    </details>
  );
};

function rowOf({ name, title, kind, scope }: Tool, { switches, visitor }: Switchable) {
  const disabled = switches.disabled_tools.includes(name);
  return [
    <>
      <span class="mono">{name}</span>
      <div class="dim small">{title}</div>
    </>,
    kind === "read" ? "reads" : "changes state",
    scope,
    disabled ? <Badge tone="bad">disabled</Badge> : <Badge tone="ok">enabled</Badge>,
    <SwitchForm kind="tool" name={name} disabled={disabled} visitor={visitor} />,
  ];
}

const Day: FC<{ day: VendorDay | undefined; now: number }> = ({ day, now }) =>
  day === undefined ? (
    <p class="dim">No requests in the last 24 hours.</p>
  ) : (
    <Facts
      wide
      of={[
        ["Requests, 24 hours", `${day.requests}; ${day.failed} failed (no answer, or a server error)`],
        [
          "Contract drift",
          day.drifted === 0 ? (
            "none"
          ) : (
            <Badge tone="bad">{`${day.drifted} answers in an unknown format`}</Badge>
          ),
        ],
        day.last_error === null || day.last_error_at === null
          ? null
          : [
              "Last error",
              <>
                {day.last_error} <Time at={day.last_error_at} now={now} />
              </>,
            ],
      ]}
    />
  );

type InTime = { standing: CredentialStanding | undefined; now: number };

const CIRCUITS: Readonly<Record<string, readonly [Tone, string]>> = {
  closed: ["ok", "closed"],
  half_open: ["warn", "half open"],
  open: ["bad", "open"],
};

const Circuit: FC<InTime> = ({ standing, now }) => {
  const breaker = standing?.health.breaker ?? null;
  // Breakers speak up when they change: silence is the good state.
  const [tone, words] = CIRCUITS[breaker?.state ?? "closed"] ?? ["neutral", ""];
  return (
    <>
      <Badge tone={tone}>{words}</Badge>{" "}
      {breaker !== null && breaker.state !== "closed" && <Time at={breaker.reported_at} now={now} />}
    </>
  );
};

const Until: FC<InTime> = ({ standing, now }) => {
  const at = standing?.health.token_expires_at ?? null;
  return at === null ? <span class="dim">none held</span> : <Time at={at} now={now} />;
};

const Refresh: FC<InTime> = ({ standing, now }) => {
  const refreshed = standing?.refreshed ?? null;
  if (refreshed === null) return <span class="dim">never</span>;
  return (
    <>
      <Time at={refreshed.at} now={now} />
      {refreshed.error_code !== null && (
        <div>
          <Badge tone="bad">{refreshed.error_code}</Badge>
          <div class="small">{refreshed.message}</div>
        </div>
      )}
    </>
  );
};

function uses(tool: Tool, credentials: readonly Credential[]): boolean {
  const needed = credentialsOf(tool);
  return credentials.some((credential) => needed.includes(credential));
}

function asksNobody(tool: Tool): boolean {
  return credentialsOf(tool).length === 0;
}
