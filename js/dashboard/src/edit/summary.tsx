// For whom a flag is on, in words.

import { strings } from '../strings.js';
import { RuleText } from './difference_view.js';
import type { Draft } from './draft.js';

export function Summary({ draft }: { readonly draft: Draft }) {
  const share = Number(draft.rollout);
  const [first] = draft.rules;
  if (!draft.is_enabled) return <p className="summary">{strings.summary.off}</p>;
  if (!first) return <p className="summary">{strings.summary.share(share)}</p>;
  return (
    <p className="summary">
      {strings.summary.onFor}{' '}
      {draft.rules.length === 1 && first.attribute !== '' && first.values.length > 0 ? (
        <>
          {strings.summary.usersWhose} <RuleText rule={{ ...first, values: first.values.slice(0, 3) }} />
          {first.values.length > 3 && strings.more(first.values.length - 3)}
        </>
      ) : (
        strings.summary.usersOfRules(draft.rules.length)
      )}
      {strings.summary.andShare(share)}
    </p>
  );
}
