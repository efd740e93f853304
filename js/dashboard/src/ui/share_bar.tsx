// A share of users, as a bar with its number.

import { strings } from '../strings.js';
import './share_bar.css';

interface ShareBarProps {
  /** 0 to 100. */
  readonly share: number;
  readonly isOff: boolean;
}

export function ShareBar({ share, isOff }: ShareBarProps) {
  return (
    <span className="share" data-off={isOff || undefined}>
      <span className="share-bar" aria-hidden="true">
        <span className="share-part" style={{ inlineSize: share === 0 ? 0 : `max(2px, ${share}%)` }} />
      </span>
      <span className="share-number">{strings.share(share)}</span>
    </span>
  );
}
