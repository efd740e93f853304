// Says that there is an edit that is not saved, and leads to saving it.

import { Button } from 'react-aria-components/Button';
import { strings } from '../strings.js';
import type { Field } from './difference.js';
import type { FieldProblem } from './draft.js';

interface SaveBarProps {
  readonly changes: readonly Field[];
  readonly problem: FieldProblem | undefined;
  readonly isOutdated: boolean;
  readonly onDiscard: () => void;
  readonly onSave: () => void;
}

export function SaveBar({ changes, problem, isOutdated, onDiscard, onSave }: SaveBarProps) {
  return (
    <div className="save-bar" role="region" aria-label={strings.edit.unsaved}>
      <span className="save-text" role="status">
        {problem ? strings.edit.mendFirst : strings.edit.changed(changes.map((field) => strings.fields[field]))}
      </span>
      <Button className="button" onPress={onDiscard}>
        {strings.edit.discard}
      </Button>
      <Button className="button" data-kind="primary" isDisabled={problem !== undefined} onPress={onSave}>
        {isOutdated ? strings.conflict.compare : strings.edit.review}
      </Button>
    </div>
  );
}
