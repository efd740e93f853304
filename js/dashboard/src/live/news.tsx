// Says to screen readers what a mark in the list says to eyes: that somebody else changed a flag.

import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { useStore } from '../ui/store.js';

export function News() {
  const marks = useStore(useSession().follower.marks);
  const key = [...marks.keys()].at(-1);
  return (
    <p className="for-screen-readers" role="status">
      {key !== undefined && strings.news(key)}
    </p>
  );
}
