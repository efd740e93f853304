// The history as far as it was read: the newest part anew whenever a flag changes, older parts as they are asked for.

import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, type HistoryEntry } from '../api.js';
import { useSession } from '../session/session.js';
import { useStore } from '../ui/store.js';

const PAGE = 50;
/** Changes that come in a burst are read once. */
const PAUSE = 150;

export interface Entries {
  /** Newest first; undefined before the first answer. */
  readonly entries: readonly HistoryEntry[] | undefined;
  readonly hasMore: boolean;
  readonly problem: string | undefined;
  readonly readMore: () => void;
}

/** Of one flag, or of all. */
export function useEntries(key: string | undefined): Entries {
  const { api, follower } = useSession();
  const flags = useStore(follower.flags);
  const [entries, setEntries] = useState<readonly HistoryEntry[]>();
  const [hasMore, setHasMore] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isFirst = useRef(true);
  const version = key === undefined ? flags : flags.byKey.get(key)?.revision;

  const read = useCallback(
    async (before: number | undefined, signal?: AbortSignal): Promise<void> => {
      try {
        const page = await api.history(key, PAGE, before, signal);
        setEntries((known = []) => (before === undefined ? joined(page, known) : [...known, ...page]));
        // A newest part that meets what is known says nothing of the end.
        setHasMore((had) => (before === undefined && had) || page.length === PAGE);
        setProblem(undefined);
      } catch (error) {
        if (!signal?.aborted) setProblem((error as ApiError).message);
      }
    },
    [api, key],
  );

  useEffect(() => {
    const reading = new AbortController();
    const timer = setTimeout(() => void read(undefined, reading.signal), isFirst.current ? 0 : PAUSE);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [read, version]);

  const oldest = entries?.at(-1)?.revision;
  return { entries, hasMore, problem, readMore: () => void read(oldest) };
}

/** The newest part before what is known; where something is missing between them, the newest alone. */
function joined(newest: readonly HistoryEntry[], known: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const last = newest.at(-1);
  if (!last) return newest;
  const at = known.findIndex(({ revision }) => revision === last.revision);
  return at < 0 ? newest : [...newest, ...known.slice(at + 1)];
}
