// Try it: what one user gets, by the saved flag and by the edited one, and why.

import { useEffect, useId, useState } from 'react';
import { type Answer, ApiError, type FlagFields } from '../api.js';
import { RuleText } from '../edit/difference_view.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { attributesOf, type Question, userOf } from './question.js';

interface TryPanelProps {
  readonly saved: FlagFields | undefined;
  readonly edited: FlagFields | undefined;
  readonly isChanged: boolean;
  readonly hint: string;
  readonly question: Question;
  readonly onChange: (question: Question) => void;
}

const PAUSE = 150;

export function TryPanel({ saved, edited, isChanged, hint, question, onChange }: TryPanelProps) {
  const names = attributesOf(saved, edited);
  return (
    <div className="try">
      <p className="quiet">{strings.try.help}</p>
      <label className="field">
        <span className="label">{strings.try.userKey}</span>
        <input
          className="input mono"
          autoComplete="off"
          spellCheck={false}
          value={question.userKey}
          onChange={(event) => onChange({ ...question, userKey: event.target.value })}
        />
      </label>
      {names.map((name) => (
        <AttributeField
          key={name}
          name={name}
          value={question.attributes.get(name) ?? ''}
          onChange={(value) => onChange({ ...question, attributes: new Map(question.attributes).set(name, value) })}
        />
      ))}
      {names.length === 0 && <p className="quiet">{strings.try.noAttributes}</p>}
      <div className="answers">
        {saved && <AnswerBox title={isChanged ? strings.try.saved : strings.try.answer} flag={saved} question={question} />}
        {isChanged && edited && <AnswerBox title={saved ? strings.try.edited : strings.try.answer} flag={edited} question={question} />}
        {isChanged && !edited && <p className="answer quiet">{hint}</p>}
      </div>
    </div>
  );
}

function AttributeField({ name, value, onChange }: { readonly name: string; readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <label className="field">
      <span className="label mono">{name}</span>
      <input
        className="input mono"
        autoComplete="off"
        spellCheck={false}
        placeholder={strings.try.notGiven}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

function AnswerBox({ title, flag, question }: { readonly title: string; readonly flag: FlagFields; readonly question: Question }) {
  const id = useId();
  const { answer, problem } = useAnswer(flag, question);
  return (
    <section className="answer" aria-labelledby={id} aria-live="polite" data-on={answer?.enabled}>
      <h3 id={id}>{title}</h3>
      {problem !== undefined && <p className="problem">{problem}</p>}
      {answer && (
        <>
          <p className="answer-word">{strings.onOff(answer.enabled)}</p>
          <p className="answer-why">
            <Why answer={answer} flag={flag} />
          </p>
          {answer.bucket !== null && <Bucket bucket={answer.bucket} share={answer.rollout_percentage ?? 100} isAsked={answer.reason === 'SPLIT'} />}
        </>
      )}
    </section>
  );
}

function Why({ answer, flag }: { readonly answer: Answer; readonly flag: FlagFields }) {
  if (answer.reason === 'DISABLED') return strings.why.disabled;
  if (answer.reason === 'SPLIT') return strings.why.split(answer.bucket ?? 0, answer.rollout_percentage ?? 100, answer.enabled);
  if (answer.reason === 'STATIC') return strings.why.fixed(answer.enabled);
  const rule = flag.rules[answer.rule_index ?? -1];
  if (!rule) return answer.reason;
  return (
    <>
      {strings.why.rule((answer.rule_index ?? 0) + 1)} <RuleText rule={{ ...rule, values: rule.values.slice(0, 3) }} />
    </>
  );
}

/** The user's bucket on the line of all, against the rollout. */
function Bucket({ bucket, share, isAsked }: { readonly bucket: number; readonly share: number; readonly isAsked: boolean }) {
  return (
    <figure className="bucket" data-idle={!isAsked || undefined}>
      <span className="bucket-line" aria-hidden="true">
        <span className="bucket-share" style={{ inlineSize: `${share}%` }} />
        <span className="bucket-mark" style={{ insetInlineStart: `${bucket}%` }} />
      </span>
      <figcaption className="quiet">{strings.try.bucket(bucket, share)}</figcaption>
    </figure>
  );
}

function useAnswer(flag: FlagFields, question: Question): { readonly answer?: Answer; readonly problem?: string } {
  const { api } = useSession();
  const [result, setResult] = useState<{ answer?: Answer; problem?: string }>({});
  const text = JSON.stringify([flag, userOf(question)]);
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const [flag, user] = JSON.parse(text) as [FlagFields, ReturnType<typeof userOf>];
      try {
        const [answer] = await api.evaluate(flag, [user], asking.signal);
        setResult(answer ? { answer } : {});
      } catch (error) {
        if (!asking.signal.aborted) setResult({ problem: (error as ApiError).message });
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [api, text]);
  return result;
}
