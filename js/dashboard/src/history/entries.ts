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
  const [known, setKnown] = useState<Known>();
  const [problem, setProblem] = useState<string>();
  const isFirst = useRef(true);
  const version = key === undefined ? flags : flags.byKey.get(key)?.revision;

  const read = useCallback(
    async (before: number | undefined): Promise<void> => {
      try {
        const page = await api.history(key, PAGE, before);
        setKnown((known) => (before === undefined ? withNewest(page, known) : withOlder(page, known)));
        setProblem(undefined);
      } catch (error) {
        setProblem((error as ApiError).message);
      }
    },
    [api, key],
  );

  // Not put off by every further change: where flags change all the time, the history is still read.
  const planned = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (planned.current !== undefined) return;
    const act = (): void => {
      planned.current = undefined;
      void read(undefined);
    };
    planned.current = setTimeout(act, isFirst.current ? 0 : PAUSE);
    isFirst.current = false;
  }, [read, version]);
  useEffect(
    () => () => {
      clearTimeout(planned.current);
      planned.current = undefined;
      isFirst.current = true;
    },
    [],
  );

  const oldest = known?.entries.at(-1)?.revision;
  return { entries: known?.entries, hasMore: known?.hasMore ?? false, problem, readMore: () => void read(oldest) };
}

interface Known {
  readonly entries: readonly HistoryEntry[];
  readonly hasMore: boolean;
}

/** The newest part before what is known; where something is missing between them, the newest alone. */
function withNewest(newest: readonly HistoryEntry[], known: Known | undefined): Known {
  const last = newest.at(-1)?.revision;
  const at = known?.entries.findIndex(({ revision }) => revision === last) ?? -1;
  if (!known || at < 0) return { entries: newest, hasMore: newest.length === PAGE };
  return { entries: [...newest, ...known.entries.slice(at + 1)], hasMore: known.hasMore };
}

function withOlder(older: readonly HistoryEntry[], known: Known | undefined): Known {
  return { entries: [...(known?.entries ?? []), ...older], hasMore: older.length === PAGE };
}
