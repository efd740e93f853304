// Blast radius: of a set of users, how many get another answer by the edit.

import { useEffect, useState } from 'react';
import { ApiError, type FlagFields, type User } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Choice } from '../ui/choice.js';
import { answersFor } from './answers.js';
import { type Impact, impactOf } from './impact.js';
import { attributesOf } from './question.js';
import { madeUp, mixed, MOST_PASTED, pastedUsers } from './users.js';

interface ImpactPanelProps {
  readonly saved: FlagFields | undefined;
  readonly edited: FlagFields | undefined;
  readonly isChanged: boolean;
  readonly hint: string;
  readonly pasted: string;
  readonly onPaste: (text: string) => void;
}

const SOURCES = ['1000', '10000', 'mixed', 'pasted'] as const;
type Source = (typeof SOURCES)[number];
const FEW = 1_000;
const MANY = 10_000;
const PAUSE = 300;
const MOST_SHOWN = 8;

export function ImpactPanel({ saved, edited, isChanged, hint, pasted, onPaste }: ImpactPanelProps) {
  const [source, setSource] = useState<Source>(pasted === '' ? '1000' : 'pasted');
  const { impact, problem } = useImpact(saved, edited, source, source === 'pasted' ? pasted : '');
  const reads = attributesOf(saved, edited);
  return (
    <div className="impact">
      <p className="quiet">{strings.impact.help}</p>
      <div className="field">
        <span className="label" aria-hidden="true">{strings.impact.source}</span>
        <Choice label={strings.impact.source} all={SOURCES} names={strings.impact.sources} value={source} onChange={setSource} />
      </div>
      {source === 'mixed' && <p className="quiet">{strings.impact.mixedHelp}</p>}
      {source === 'pasted' && (
        <label className="field">
          <span className="label">{strings.impact.pasted}</span>
          <textarea
            className="input mono"
            rows={5}
            spellCheck={false}
            placeholder={strings.impact.pasteHint}
            value={pasted}
            onChange={(event) => onPaste(event.target.value)}
          />
          <span className="quiet">{strings.impact.pasteHelp(MOST_PASTED)}</span>
        </label>
      )}
      {(source === '1000' || source === '10000') && reads.length > 0 && <p className="quiet">{strings.impact.noAttributes(reads)}</p>}
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      {!edited && <p className="quiet">{hint}</p>}
      <div aria-live="polite">{impact && edited && impact.users > 0 && <ImpactFigure impact={impact} isChanged={isChanged} />}</div>
    </div>
  );
}

function ImpactFigure({ impact, isChanged }: { readonly impact: Impact; readonly isChanged: boolean }) {
  const { users, staysOn, staysOff, turnsOn, turnsOff } = impact;
  const parts = [
    ['stays-on', staysOn, strings.impact.staysOn],
    ['turns-on', turnsOn.length, strings.impact.turnsOn],
    ['turns-off', turnsOff.length, strings.impact.turnsOff],
    ['stays-off', staysOff, strings.impact.staysOff],
  ] as const;
  let from = 0;
  return (
    <figure className="impact-figure">
      <p className="impact-word">{isChanged ? strings.impact.changed(turnsOn.length + turnsOff.length, users) : strings.impact.unchanged(staysOn, users)}</p>
      <svg className="impact-bar" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label={strings.impact.bar}>
        {parts.map(([name, count]) => {
          const width = (100 * count) / users;
          from += width;
          return count > 0 && <rect key={name} className={`impact-part ${name}`} x={from - width} width={width} height="12" />;
        })}
      </svg>
      <figcaption>
        <ul className="impact-legend">
          {parts.map(([name, count, label]) => (
            <li key={name} data-none={count === 0 || undefined}>
              <span className={`impact-key ${name}`} aria-hidden="true" />
              <span>{label}</span>
              <strong>{strings.number(count)}</strong>
              <span className="quiet">{strings.shareOf(count, users)}</span>
            </li>
          ))}
        </ul>
        <Examples title={strings.impact.turnsOn} users={turnsOn} />
        <Examples title={strings.impact.turnsOff} users={turnsOff} />
      </figcaption>
    </figure>
  );
}

function Examples({ title, users }: { readonly title: string; readonly users: readonly User[] }) {
  if (users.length === 0) return null;
  return (
    <p className="examples">
      <span className="quiet">{strings.impact.examples(title)}</span>{' '}
      {users.slice(0, MOST_SHOWN).map(({ user_key, attributes }, index) => (
        <code className="chip" key={index}>
          {[user_key, ...Object.entries(attributes).map((pair) => pair.join('='))].join(' ')}
        </code>
      ))}
      {users.length > MOST_SHOWN && <span className="quiet"> {strings.more(users.length - MOST_SHOWN)}</span>}
    </p>
  );
}

function useImpact(saved: FlagFields | undefined, edited: FlagFields | undefined, source: Source, pasted: string) {
  const { api } = useSession();
  const [result, setResult] = useState<{ readonly impact?: Impact; readonly problem?: string }>({});
  const text = edited && JSON.stringify([saved ?? null, edited]);
  useEffect(() => {
    if (text === undefined) return setResult({});
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const [saved, edited] = JSON.parse(text) as [FlagFields | null, FlagFields];
      const users = usersOf(source, pasted, saved ?? undefined, edited);
      try {
        const after = await answersFor(api, edited, users, asking.signal);
        const before = saved ? await answersFor(api, saved, users, asking.signal) : undefined;
        setResult({ impact: impactOf(users, before, after) });
      } catch (error) {
        if (!asking.signal.aborted) setResult({ problem: (error as ApiError).message });
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [api, text, source, pasted]);
  return result;
}

function usersOf(source: Source, pasted: string, saved: FlagFields | undefined, edited: FlagFields): User[] {
  if (source === 'pasted') return pastedUsers(pasted);
  return source === 'mixed' ? mixed(FEW, saved, edited) : madeUp(source === '1000' ? FEW : MANY);
}
