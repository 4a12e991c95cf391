/** A report as one page that needs nothing else: no script, nothing loaded from anywhere. Pure. */
import { html, raw } from "hono/html";
import type { ControlStatus } from "../../src/catalogue/controls/verdict.ts";
import type { AuditLink, Report, ReportedControl } from "./report.ts";
import { STYLE } from "./style.ts";

type Html = ReturnType<typeof html>;

const ANSWERS: Record<ControlStatus, string> = { pass: "Pass", fail: "Fail", indeterminate: "Indeterminate" };

/** The whole page. Whatever comes from a source is text on it, never markup. */
export async function reportPage(report: Report): Promise<string> {
  const { framework, tenant, prepared_by, generated_at, instance, controls } = report;
  const title = `${framework.title}: ${tenant}`;
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${framework.title}</h1>
            <p>
              How the controls of <strong>${tenant}</strong> stood on ${time(generated_at)}, checked against live
              sources through ${instance} with the access of ${whom(prepared_by)}.
            </p>
            ${summary(report)}
          </header>
          ${controls.map(section)}
        </main>
      </body>
    </html>`;
  return String(page);
}

function whom({ subject, name }: Report["prepared_by"]): string {
  return name === subject ? subject : `${name} (${subject})`;
}

function summary({ summary: { pass, fail, indeterminate }, controls }: Report): Html {
  return html`
    <p class="summary">
      <span class="pass">${pass} passed</span> <span class="fail">${fail} failed</span>
      <span class="indeterminate">${indeterminate} indeterminate</span> of ${controls.length} controls
    </p>
    <p>
      Indeterminate means that not everything could be read. It counts as neither passed nor failed, and says
      nothing about what was not read.
    </p>
    <table>
      <thead>
        <tr>
          <th>Control</th>
          <th>Requirements</th>
          <th>Answer</th>
        </tr>
      </thead>
      <tbody>
        ${controls.map(
          ({ control_id, title, requirements, status }) =>
            html`<tr>
              <td><a href="#${control_id}">${title}</a></td>
              <td>${requirements.join(", ")}</td>
              <td class="${status}">${ANSWERS[status]}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  `;
}

function section(control: ReportedControl): Html {
  const { control_id, title, question, requirements, status, reason, checked, audit } = control;
  return html`<section id="${control_id}">
    <h2>${title} <span class="answer ${status}">${ANSWERS[status]}</span></h2>
    <p class="question">${question}</p>
    <p>${reason}</p>
    <p class="dim">Requirements: ${requirements.join(", ")}</p>
    ${evidence(checked)} ${violations(checked)} ${auditLine(audit)}
  </section>`;
}

function evidence(checked: ReportedControl["checked"]): Html {
  if (checked === null) return html`<p>The check failed before any source was read.</p>`;
  return html`<h3>Evidence</h3>
    <table>
      <thead>
        <tr>
          <th>Source</th>
          <th>What was read</th>
          <th>When</th>
          <th>How many</th>
          <th>Whole</th>
        </tr>
      </thead>
      <tbody>
        ${checked.evidence.map(
          ({ source, what, queried_at, count, complete, problem }) =>
            html`<tr>
              <td>${source}</td>
              <td>${what}</td>
              <td>${time(queried_at)}</td>
              <td>${count}</td>
              <td>${complete ? "yes" : `no: ${problem ?? "for a reason that is not known"}`}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function violations(checked: ReportedControl["checked"]): Html {
  const { count, at_least, examples } = checked?.violations ?? { count: 0, at_least: false, examples: [] };
  const [first] = examples;
  if (first === undefined) return html``;
  const names = Object.keys(first);
  const found = at_least ? `At least ${count}` : `${count}`;
  const shown = examples.length < count ? `, ${examples.length} of them shown` : "";
  return html`<h3>${found} found${shown}</h3>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${names.map((name) => html`<th>${name.replaceAll("_", " ")}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${examples.map(
            (example) =>
              html`<tr>
                ${names.map((name) => html`<td>${String(example[name] ?? "–")}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function auditLine(audit: AuditLink | null): Html {
  if (audit === null) return html`<p class="dim">The call has no audit event.</p>`;
  const { audit_id, url, event } = audit;
  const place =
    event === null
      ? "not in the audit store yet when this was written"
      : `${event.chain}, number ${event.seq}, SHA-256 ${event.hash}`;
  return html`<p class="dim">Audit event <a href="${url}">${audit_id}</a>: <span class="hash">${place}</span></p>`;
}

function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}
