// The page that asks for a key, and the one that says that the server does not answer.

import { type FormEvent, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { strings } from '../strings.js';
import { resume, sessionState, signIn } from './session.js';
import './sign_in.css';

export function SignIn({ problem }: { readonly problem: string | undefined }) {
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isAsking) return;
    setAsking(true);
    await signIn(key.trim(), remember);
    setAsking(false);
  };
  return (
    <main className="gate">
      <form className="gate-card" onSubmit={(event) => void submit(event)}>
        <h1>
          <span className="brand-mark" aria-hidden="true" /> {strings.product}
        </h1>
        <p id="key-help" className="quiet">
          {strings.signIn.help}
        </p>
        <label className="field">
          <span className="label">{strings.signIn.key}</span>
          <input
            className="input mono"
            type="password"
            autoComplete="off"
            spellCheck={false}
            autoFocus
            required
            value={key}
            onChange={(event) => setKey(event.target.value)}
            aria-describedby={problem ? 'key-problem key-help' : 'key-help'}
            aria-invalid={problem ? true : undefined}
          />
        </label>
        {problem && (
          <p id="key-problem" className="problem" role="alert">
            {problem}
          </p>
        )}
        <label className="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} />
          <span>
            {strings.signIn.remember} <small className="quiet">{strings.signIn.rememberHelp}</small>
          </span>
        </label>
        <Button className="button" data-kind="primary" type="submit">
          {strings.signIn.open}
        </Button>
      </form>
    </main>
  );
}

export function Unreachable({ problem }: { readonly problem: string }) {
  const retry = (): void => {
    sessionState.set({ kind: 'checking' });
    void resume();
  };
  return (
    <main className="gate">
      <div className="gate-card" role="alert">
        <h1>{strings.signIn.unreachable}</h1>
        <p>{problem}</p>
        <Button className="button" data-kind="primary" autoFocus onPress={retry}>
          {strings.signIn.retry}
        </Button>
      </div>
    </main>
  );
}
