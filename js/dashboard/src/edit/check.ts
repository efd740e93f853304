// Asks the server, while somebody edits, whether it would take the flag: so the words and the limits are its own.

import { useEffect, useState } from 'react';
import { type Api, ApiError, type FlagFields } from '../api.js';
import type { FieldProblem } from './draft.js';

/** Nobody wants to be corrected within a word. */
const PAUSE = 250;

export interface Checked {
  /** What the server would refuse. */
  readonly problem?: FieldProblem;
  /** What it would take: the flag as it is, or was a moment ago. */
  readonly accepted?: FlagFields;
}

/** Empty before the first answer. */
export function useServerCheck(api: Api, fields: FlagFields | undefined): Checked {
  const [checked, setChecked] = useState<Checked>({});
  const text = fields && JSON.stringify(fields);
  useEffect(() => {
    if (text === undefined) return setChecked({});
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const found = await check(api, JSON.parse(text) as FlagFields, asking.signal);
      if (!asking.signal.aborted) setChecked(found);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [api, text]);
  return checked;
}

async function check(api: Api, fields: FlagFields, signal: AbortSignal): Promise<Checked> {
  try {
    await api.evaluate(fields, [{ user_key: '', attributes: {} }], signal);
    return { accepted: fields };
  } catch (error) {
    return error instanceof ApiError && error.status >= 400 && error.status < 500 ? { problem: problemOf(error) } : {};
  }
}

/** A refusal of the server as a field's problem; its words begin with the field, which is seen anyway. */
export function problemOf({ field = '', message }: ApiError): FieldProblem {
  const name = field.replace(/^flag\./, '');
  const words = message.replace(/^flag\./, '');
  return { field: name, text: words.startsWith(`${name}: `) ? words.slice(name.length + 2) : words };
}

/** The problem's words, where it is this field's or one of a part of it. */
export function problemAt(problem: FieldProblem | undefined, field: string): string | undefined {
  if (!problem) return undefined;
  const isIt = problem.field === field || problem.field.startsWith(`${field}[`) || problem.field.startsWith(`${field}.`);
  return isIt ? problem.text : undefined;
}
