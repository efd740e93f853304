// Asks the server, while somebody edits, whether it would take the flag: so the words and the limits are its own.

import { useEffect, useState } from 'react';
import { type Api, ApiError, type FlagFields } from '../api.js';
import type { FieldProblem } from './draft.js';

/** Nobody wants to be corrected within a word. */
const PAUSE = 250;

/** What the server would refuse; undefined where nothing, or where it was not asked yet. */
export function useServerCheck(api: Api, fields: FlagFields | undefined): FieldProblem | undefined {
  const [problem, setProblem] = useState<FieldProblem>();
  const text = fields && JSON.stringify(fields);
  useEffect(() => {
    if (text === undefined) return setProblem(undefined);
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const found = await check(api, JSON.parse(text) as FlagFields, asking.signal);
      if (!asking.signal.aborted) setProblem(found);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [api, text]);
  return problem;
}

async function check(api: Api, fields: FlagFields, signal: AbortSignal): Promise<FieldProblem | undefined> {
  try {
    await api.evaluate(fields, [{ user_key: '', attributes: {} }], signal);
    return undefined;
  } catch (error) {
    return error instanceof ApiError && error.status >= 400 && error.status < 500 ? problemOf(error) : undefined;
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
