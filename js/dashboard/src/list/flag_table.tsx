// The list's rows: of ten thousand, only those in sight are in the page.

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Flag } from '../api.js';
import { drafts } from '../edit/drafts.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { useMedia } from '../ui/media.js';
import { useStore } from '../ui/store.js';
import { Actors } from './actors.js';
import { FlagRow } from './flag_row.js';
import { COLUMNS, type Column, selection } from './selection.js';
import { moved, turn } from './toggle.js';

const PHONE = '(max-width: 720px)';
const ROW_HEIGHT = 56;
const PHONE_ROW_HEIGHT = 84;
/** Rows above and below what is in sight, so that fast scrolling shows no gaps. */
const OVERSCAN = 6;
/** Scrolling has come to rest after this time, in milliseconds. */
const REST = 120;

export function FlagTable({ flags }: { readonly flags: readonly Flag[] }) {
  const session = useSession();
  const { follower, mayWrite } = session;
  const height = useMedia(PHONE) ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
  const body = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin(body.current?.offsetTop ?? 0), [height]);
  const virtualizer = useWindowVirtualizer({
    count: flags.length,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: margin,
    useFlushSync: false,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, height]);
  const rows = virtualizer.getVirtualItems();
  const actors = useActors(rows.flatMap(({ index }) => flags[index] ?? []));
  const marks = useStore(follower.marks);
  const movedTo = useStore(moved);
  const edits = useStore(drafts);
  const [onTurn] = useState(() => (flag: Flag, isOn: boolean) => void turn(session, flag, isOn));

  /** The same control one row further, as in a table of a spreadsheet. */
  const hear = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (!step || !row) return;
    const index = Number(row.dataset['index']) + step;
    if (index < 0 || index >= flags.length) return;
    event.preventDefault();
    const control = (event.target as HTMLElement).matches('a') ? 'a' : 'input';
    virtualizer.scrollToIndex(index, { align: 'auto' });
    body.current?.querySelector<HTMLElement>(`[data-index="${index}"] ${control}`)?.focus();
  };

  return (
    <div role="table" className="flag-table" aria-label={strings.list.table} aria-rowcount={flags.length + 1}>
      <div role="rowgroup">
        <Heads />
      </div>
      <div role="rowgroup" ref={body} className="flag-rows" style={{ blockSize: virtualizer.getTotalSize() }} onKeyDown={hear}>
        {rows.map(({ index, start }) => {
          const flag = flags[index];
          return (
            flag && (
              <FlagRow
                key={flag.key}
                flag={flag}
                index={index}
                top={start - margin}
                height={height}
                actor={actors.of(flag)}
                movedTo={movedTo.get(flag.key)}
                mark={marks.get(flag.key) ?? 0}
                isEdited={edits.has(flag.key)}
                mayWrite={mayWrite}
                onTurn={onTurn}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

function Heads() {
  const { column, isDescending } = useStore(selection);
  const sort = (next: Column): void =>
    selection.update((now) => ({ ...now, column: next, isDescending: next === now.column ? !now.isDescending : next === 'changed' }));
  // The switch comes first, for it is what one comes for.
  const order: readonly Column[] = ['state', ...COLUMNS.filter((name) => name !== 'state')];
  return (
    <div role="row" aria-rowindex={1} className="flag-heads">
      {order.map((name) => (
        <div
          role="columnheader"
          key={name}
          className={`cell-${name}`}
          aria-sort={name === column ? (isDescending ? 'descending' : 'ascending') : 'none'}
        >
          <Button className="head" onPress={() => sort(name)}>
            {strings.list.columns[name]}
            <span aria-hidden="true">
              {name === column ? (isDescending ? '↓' : '↑') : ''}
            </span>
          </Button>
        </div>
      ))}
    </div>
  );
}

function useActors(flags: readonly Flag[]): Actors {
  const { api, mayWrite } = useSession();
  const [actors] = useState(() => new Actors(api));
  useStore(actors.known);
  const names = flags.map(({ key, revision }) => `${key} ${revision}`).join();
  useEffect(() => {
    if (!mayWrite) return;
    const timer = setTimeout(() => actors.want(flags), REST);
    return () => clearTimeout(timer);
    // Another list of the same flags is no reason to ask again.
  }, [actors, mayWrite, names]);
  return actors;
}
