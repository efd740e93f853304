// What narrows the list down, and on a phone what orders it.

import { useRef } from 'react';
import { SEARCH_ID } from '../app/shortcuts.js';
import { strings } from '../strings.js';
import { SearchIcon } from '../ui/icons.js';
import { Choice } from '../ui/choice.js';
import { useStore } from '../ui/store.js';
import { COLUMNS, ROLLOUTS, RULES, type Selection, selection, STATES } from './selection.js';

export function Toolbar() {
  const now = useStore(selection);
  const { state, rollout, rules } = strings.list.filters;
  const field = useRef<HTMLInputElement>(null);
  const set = (change: Partial<Selection>): void => selection.update((selection) => ({ ...selection, ...change }));
  return (
    <search className="toolbar">
      <div className="search">
        <SearchIcon />
        <input
          ref={field}
          id={SEARCH_ID}
          type="search"
          className="input"
          placeholder={strings.list.search}
          aria-label={strings.list.search}
          autoComplete="off"
          spellCheck={false}
          value={now.search}
          onChange={(event) => set({ search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') set({ search: '' });
            if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('[data-index="0"] a')?.focus();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <Choice label={state.label} all={STATES} names={state} value={now.state} onChange={(state) => set({ state })} />
      <Choice label={rollout.label} all={ROLLOUTS} names={rollout} value={now.rollout} onChange={(rollout) => set({ rollout })} />
      <Choice label={rules.label} all={RULES} names={rules} value={now.rules} onChange={(rules) => set({ rules })} />
      <span className="sort-choice">
        <Choice
          label={strings.list.sort}
          all={COLUMNS}
          names={strings.list.sorts}
          value={now.column}
          onChange={(column) => set({ column, isDescending: column === 'changed' })}
        />
      </span>
    </search>
  );
}
