// The fields of a flag.

import { strings } from '../strings.js';
import { FlagSwitch } from '../ui/flag_switch.js';
import { problemAt } from './check.js';
import type { Draft, FieldProblem } from './draft.js';
import { Problem } from './problem.js';
import { RolloutField } from './rollout_field.js';
import { RulesField } from './rules_field.js';
import { Summary } from './summary.js';

interface EditorProps {
  readonly draft: Draft;
  readonly problem: FieldProblem | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (draft: Draft) => void;
}

export function Editor({ draft, problem, isDisabled, onChange }: EditorProps) {
  const set = (change: Partial<Draft>): void => onChange({ ...draft, ...change });
  const description = problemAt(problem, 'description');
  return (
    <div className="editor">
      <section className="card" aria-label={strings.edit.who}>
        <FlagSwitch
          label={strings.fields.is_enabled}
          isOn={draft.is_enabled}
          isDisabled={isDisabled}
          text={draft.is_enabled ? strings.edit.isOn : strings.edit.isOff}
          onChange={(is_enabled) => set({ is_enabled })}
        />
        <Summary draft={draft} />
        <Problem text={problemAt(problem, 'is_enabled')} />
      </section>
      <section className="card">
        <RulesField rules={draft.rules} problem={problem} isDisabled={isDisabled} isVisible={draft.client_visible} onChange={(rules) => set({ rules })} />
      </section>
      <section className="card">
        <RolloutField
          rollout={draft.rollout}
          hasRules={draft.rules.length > 0}
          problem={problemAt(problem, 'rollout_percentage')}
          isDisabled={isDisabled}
          onChange={(rollout) => set({ rollout })}
        />
      </section>
      <section className="card">
        <label className="check">
          <input
            type="checkbox"
            aria-label={strings.exposure.visible}
            checked={draft.client_visible}
            disabled={isDisabled}
            onChange={(event) => set({ client_visible: event.target.checked })}
          />
          <span>
            {strings.exposure.visible} <small className="quiet">{strings.exposure.help}</small>
          </span>
        </label>
        <Problem text={problemAt(problem, 'client_visible')} />
      </section>
      <section className="card">
        <label className="field">
          <span className="label">{strings.fields.description}</span>
          <textarea
            className="input"
            rows={2}
            value={draft.description}
            disabled={isDisabled}
            placeholder={strings.edit.descriptionHint}
            aria-invalid={description !== undefined || undefined}
            aria-describedby={description === undefined ? undefined : 'problem-description'}
            onChange={(event) => set({ description: event.target.value })}
          />
        </label>
        <Problem id="problem-description" text={description} />
      </section>
    </div>
  );
}
