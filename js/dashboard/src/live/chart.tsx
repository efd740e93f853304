// The last hour of one number, by the minute, small.

import { useId } from 'react';
import type { Minute } from '../api.js';
import { strings } from '../strings.js';
import { fullTime } from '../ui/time.js';

interface ChartProps {
  readonly title: string;
  /** How it stands, in words. */
  readonly now: string;
  readonly minutes: readonly Minute[];
  /** Undefined where the minute has none. */
  readonly value: (minute: Minute) => number | undefined;
  readonly show: (value: number) => string;
  readonly kind: 'line' | 'bars';
}

const MINUTES = 60;
const WIDTH = 300;
const HEIGHT = 72;
const STEP = WIDTH / MINUTES;

export function Chart({ title, now, minutes, value, show, kind }: ChartProps) {
  const id = useId();
  const values = minutes.map(value);
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const y = (value: number): number => HEIGHT - (most === 0 ? 0 : (value / most) * (HEIGHT - 4)) - 1;
  // The running minute is at the right edge, however young the server is.
  const x = (index: number): number => (MINUTES - minutes.length + index) * STEP;
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption id={id}>
        <span className="chart-title">{title}</span>
        <strong className="chart-now">{now}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={strings.live.chart(title, show(most))}>
        <line className="chart-ground" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {kind === 'line' ? (
          <Line points={values.map((value, index) => [x(index), y(value ?? 0)])} />
        ) : (
          values.map((value, index) => {
            if (value === undefined || value === 0) return null;
            const minute = minutes[index];
            return (
              <rect key={minute?.time} className="chart-bar" x={x(index) + 0.5} width={STEP - 1} y={y(value)} height={HEIGHT - y(value)}>
                <title>{`${fullTime(minute?.time ?? '')}: ${show(value)}`}</title>
              </rect>
            );
          })
        )}
      </svg>
      <div className="chart-scale quiet" aria-hidden="true">
        <span>{strings.live.hourAgo}</span>
        <span>{most > 0 ? strings.live.most(show(most)) : strings.live.nothing}</span>
        <span>{strings.live.now}</span>
      </div>
    </figure>
  );
}

function Line({ points }: { readonly points: readonly (readonly [number, number])[] }) {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return null;
  // A minute is a step, so that a single one is seen, too.
  const steps = points.map(([x, y]) => `${x},${y} ${x + STEP},${y}`).join(' ');
  return (
    <>
      <polygon className="chart-area" points={`${first[0]},${HEIGHT} ${steps} ${last[0] + STEP},${HEIGHT}`} />
      <polyline className="chart-line" points={steps} />
    </>
  );
}
