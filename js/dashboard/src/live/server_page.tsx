// How the server is doing: who is connected, what changes, and how fast it gets to them.

import { useEffect, useState } from 'react';
import { ApiError, type Minute, type Stats } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Chart } from './chart.js';
import './server.css';

const PERIOD = 2_000;

export default function ServerPage() {
  const { stats, problem } = useStats();
  return (
    <div>
      <div className="page-head">
        <h1>{strings.pages.server}</h1>
        <p className="quiet">{strings.live.help}</p>
      </div>
      {problem !== undefined && <p className="banner" data-kind="warning" role="alert">{problem}</p>}
      {stats && (
        <>
          <div className="charts">
            <Chart
              title={strings.live.clients}
              now={strings.number(stats.clients)}
              minutes={stats.minutes}
              value={({ clients }) => clients}
              show={strings.number}
              kind="line"
            />
            <Chart
              title={strings.live.changes}
              now={strings.number(stats.minutes.at(-1)?.changes ?? 0)}
              minutes={stats.minutes}
              value={({ changes }) => changes}
              show={strings.number}
              kind="bars"
            />
            <Chart
              title={strings.live.lag}
              now={lagNow(stats.minutes)}
              minutes={stats.minutes}
              value={({ lag_ms }) => lag_ms?.p50}
              show={strings.live.milliseconds}
              kind="bars"
            />
          </div>
          <Facts stats={stats} />
        </>
      )}
    </div>
  );
}

function Facts({ stats }: { readonly stats: Stats }) {
  const facts: readonly (readonly [string, string, boolean?])[] = [
    [strings.live.storage, strings.live.storageIs(stats.storage.kind, stats.storage.is_up), stats.storage.is_up],
    [strings.live.redis, strings.live.redisIs[stats.redis], stats.redis !== 'away'],
    [strings.live.flags, strings.number(stats.flags)],
    [strings.live.revision, strings.number(stats.revision)],
    [strings.live.allChanges, strings.number(stats.changes)],
    [strings.live.uptime, strings.live.duration(stats.uptime_seconds)],
    [strings.live.version, stats.version],
  ];
  return (
    <>
      {stats.is_stale && <p className="banner" data-kind="warning">{strings.live.isStale}</p>}
      <dl className="facts">
        {facts.map(([name, value, isGood]) => (
          <div key={name} data-bad={isGood === false || undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function lagNow(minutes: readonly Minute[]): string {
  const lag = minutes.findLast(({ lag_ms }) => lag_ms)?.lag_ms;
  return lag ? strings.live.milliseconds(lag.p50) : '–';
}

function useStats(): { readonly stats?: Stats; readonly problem?: string } {
  const { api } = useSession();
  const [result, setResult] = useState<{ readonly stats?: Stats; readonly problem?: string }>({});
  useEffect(() => {
    const asking = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async (): Promise<void> => {
      try {
        setResult({ stats: await api.stats(asking.signal) });
      } catch (error) {
        // What was last known stays in sight.
        if (!asking.signal.aborted) setResult(({ stats }) => ({ ...(stats && { stats }), problem: (error as ApiError).message }));
      }
      if (!asking.signal.aborted) timer = setTimeout(() => void ask(), PERIOD);
    };
    void ask();
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [api]);
  return result;
}
