/** Draws a number for each hour of a day as bars, with a sentence and a list for those who don't see them. */
import type { FC } from "hono/jsx";
import type { Hour } from "./activity.ts";

/** In units of the drawing. */
const WIDTH = 288;
const HEIGHT = 96;
const BASE = 76;
const TOP = 14;
/** Hours from one label to the next. */
const LABEL_EVERY = 6;

/** One number for each hour of a day, as bars. A screen reader gets the sentence and the list. */
export const ActivityChart: FC<{
  name: string;
  tone: "" | "warn" | "bad";
  hours: readonly Hour[];
  pick: (hour: Hour) => number;
}> = ({ name, tone, hours, pick }) => {
  const counts = hours.map(pick);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(...counts, 0);
  const step = WIDTH / hours.length;
  const id = `chart-${name.toLowerCase()}`;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{name} in the last 24 hours</h2>
      <p class="figure">{total}</p>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={inWords(name, hours, counts)}
      >
        <line class="axis" x1="0" x2={WIDTH} y1={BASE} y2={BASE} />
        {most > 0 && (
          <>
            <line class="axis" x1="0" x2={WIDTH} y1={TOP} y2={TOP} />
            <text x="0" y={TOP - 3}>
              {most}
            </text>
          </>
        )}
        {counts.map((count, index) => {
          const height = most === 0 ? 0 : (count / most) * (BASE - TOP);
          return (
            count > 0 && (
              <rect
                class={`bar ${tone}`}
                x={index * step + 1.5}
                y={BASE - height}
                width={step - 3}
                height={height}
                rx="1.5"
              >
                <title>{`${clock(hours[index])}: ${count}`}</title>
              </rect>
            )
          );
        })}
        {hours.map(
          (hour, index) =>
            index % LABEL_EVERY === 0 && (
              <text x={index * step + 1.5} y={HEIGHT - 4}>
                {clock(hour)}
              </text>
            ),
        )}
      </svg>
      {total > 0 && (
        <details class="small">
          <summary>As numbers</summary>
          <ul class="plain">
            {hours.map(
              (hour, index) => (counts[index] ?? 0) > 0 && <li>{`${clock(hour)}: ${counts[index]}`}</li>,
            )}
          </ul>
        </details>
      )}
    </section>
  );
};

function inWords(name: string, hours: readonly Hour[], counts: readonly number[]): string {
  const most = Math.max(...counts, 0);
  if (most === 0) return `${name}: none in the last 24 hours`;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return `${name}: ${total} in the last 24 hours, most at ${clock(hours[counts.indexOf(most)])}: ${most}`;
}

function clock(hour: Hour | undefined): string {
  return `${hour?.hour.slice(11) ?? "00"}:00`;
}
