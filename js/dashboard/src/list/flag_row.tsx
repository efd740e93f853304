// One flag in the list.

import { memo } from 'react';
import { addressOf } from '../app/route.js';
import type { Flag } from '../api.js';
import { exposesAddresses } from '../edit/exposure.js';
import { strings } from '../strings.js';
import { FlagSwitch } from '../ui/flag_switch.js';
import { ShareBar } from '../ui/share_bar.js';
import { Ago } from '../ui/time.js';
import { shareOf } from './selection.js';

interface FlagRowProps {
  readonly flag: Flag;
  /** Where it stands in the list, from 0. */
  readonly index: number;
  /** In pixels, from the list's top. */
  readonly top: number;
  readonly height: number;
  /** Who changed it last; undefined where that is not known yet. */
  readonly actor: string | undefined;
  /** What its switch was moved to while that is not saved. */
  readonly movedTo: boolean | undefined;
  /** Grows with each change that others make. */
  readonly mark: number;
  /** Whether somebody has begun to edit it here. */
  readonly isEdited: boolean;
  readonly mayWrite: boolean;
  readonly onTurn: (flag: Flag, isOn: boolean) => void;
}

export const FlagRow = memo(function FlagRow({ flag, index, top, height, actor, movedTo, mark, isEdited, mayWrite, onTurn }: FlagRowProps) {
  const isOn = movedTo ?? flag.is_enabled;
  const isVisible = flag.client_visible ?? true;
  return (
    <div
      role="row"
      // The heads are the first row.
      aria-rowindex={index + 2}
      className="flag-row"
      data-index={index}
      data-off={!isOn || undefined}
      style={{ transform: `translateY(${top}px)`, blockSize: height }}
    >
      {mark > 0 && <span key={mark} className="flag-row-mark" aria-hidden="true" />}
      <div role="cell" className="cell-state">
        <FlagSwitch label={strings.list.switch(flag.key)} isOn={isOn} isDisabled={!mayWrite} onChange={(next) => onTurn(flag, next)} />
      </div>
      <div role="cell" className="cell-key">
        <a className="flag-key" href={addressOf({ page: 'flag', key: flag.key })} title={flag.key}>
          {flag.key}
        </a>
        <span className="flag-notes">
          {isEdited && <span className="badge">{strings.list.notSaved}</span>}
          {!isVisible && <span className="badge">{strings.exposure.hidden}</span>}
          {mayWrite && exposesAddresses(flag) && <span className="badge" data-kind="warning" title={strings.exposure.showsHelp}>{strings.exposure.shows}</span>}
          {flag.description && !isEdited && (
            <span className="flag-description" title={flag.description}>
              {flag.description}
            </span>
          )}
        </span>
      </div>
      <div role="cell" className="cell-rollout">
        <ShareBar share={shareOf(flag)} isOff={!isOn} />
      </div>
      <div role="cell" className="cell-rules">
        {flag.rules.length === 0 ? <span aria-label={strings.list.noRules}>–</span> : strings.list.rules(flag.rules.length)}
      </div>
      <div role="cell" className="cell-changed">
        {flag.updated_at && <Ago time={flag.updated_at} />}
        {actor && <span className="actor" title={actor}>{strings.list.by(actor)}</span>}
      </div>
    </div>
  );
});
