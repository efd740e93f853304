// Whether what the page shows is current, in sight on every page.

import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { useStore } from '../ui/store.js';

export function ConnectionBadge() {
  const status = useStore(useSession().follower.status);
  return (
    <span className="connection" data-status={status} role="status" title={strings.connection.meaning[status]}>
      <span className="connection-dot" aria-hidden="true" />
      <span>{strings.connection.word[status]}</span>
    </span>
  );
}
