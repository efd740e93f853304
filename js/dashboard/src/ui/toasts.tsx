// Short messages at the page's edge, with one thing to do about them; screen readers hear them.

import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { strings } from '../strings.js';
import { CrossIcon } from './icons.js';
import { Store, useStore } from './store.js';
import './toasts.css';

export interface Toast {
  readonly text: string;
  readonly isError?: boolean;
  /** What the button says and does. */
  readonly action?: { readonly label: string; readonly act: () => void };
}

interface Shown extends Toast {
  readonly id: number;
}

const DURATION = 9_000;
const MOST = 4;

const shown = new Store<readonly Shown[]>([]);
let lastId = 0;

export function toast(toast: Toast): void {
  lastId += 1;
  const next = { ...toast, id: lastId };
  shown.update((toasts) => [...toasts, next].slice(-MOST));
}

/** Does what the newest message offers; false where none offers anything. */
export function actOnNewest(): boolean {
  const newest = shown.get().findLast(({ action }) => action);
  if (!newest) return false;
  dismiss(newest.id);
  newest.action?.act();
  return true;
}

export function Toasts() {
  const toasts = useStore(shown);
  return (
    <section className="toasts" aria-label={strings.toasts.region} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastBox key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastBox({ toast }: { readonly toast: Shown }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(toast.id), DURATION);
    return () => clearTimeout(timer);
  }, [isHeld, toast.id]);
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false), onFocus: () => setHeld(true), onBlur: () => setHeld(false) };
  return (
    <div className="toast" data-error={toast.isError || undefined} {...hold}>
      <span>{toast.text}</span>
      {toast.action && (
        <Button
          className="button"
          data-kind="inverse"
          onPress={() => {
            dismiss(toast.id);
            toast.action?.act();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <Button className="icon-button" aria-label={strings.toasts.dismiss} onPress={() => dismiss(toast.id)}>
        <CrossIcon />
      </Button>
    </div>
  );
}

function dismiss(id: number): void {
  shown.update((toasts) => toasts.filter((toast) => toast.id !== id));
}
