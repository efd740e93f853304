// The rules in their order: the first that matches decides, so they are moved by mouse, finger or keyboard.

import { useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { strings } from '../strings.js';
import { PlusIcon } from '../ui/icons.js';
import { problemAt } from './check.js';
import { type FieldProblem, type RuleDraft, ruleDraft } from './draft.js';
import { Problem } from './problem.js';
import { RuleCard } from './rule_card.js';
import { useDragOrder } from './drag_order.js';

interface RulesFieldProps {
  readonly rules: readonly RuleDraft[];
  readonly problem: FieldProblem | undefined;
  readonly isDisabled: boolean;
  /** Whether client keys get the flag. */
  readonly isVisible: boolean;
  readonly onChange: (rules: readonly RuleDraft[]) => void;
}

export function RulesField({ rules, problem, isDisabled, isVisible, onChange }: RulesFieldProps) {
  const list = useRef<HTMLOListElement>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const [news, setNews] = useState('');
  const [added, setAdded] = useState<number>();

  const move = (from: number, to: number): void => {
    if (to < 0 || to >= rules.length || from === to) return;
    const next = [...rules];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
    setNews(strings.edit.movedTo(to + 1, rules.length));
  };
  const drag = useDragOrder(list, move);
  const add = (): void => {
    const rule = ruleDraft({ attribute: '', operator: 'Equals', values: [] });
    setAdded(rule.id);
    onChange([...rules, rule]);
  };
  const remove = (index: number): void => {
    onChange(rules.filter((_, at) => at !== index));
    addButton.current?.focus();
  };

  // What is wrong with the list, or with a part that no card shows.
  const whole = problem?.field === 'rules' ? problem.text : undefined;
  return (
    <div>
      <div className="card-head">
        <h2>{strings.fields.rules}</h2>
        <span className="quiet">{strings.edit.rulesHelp}</span>
      </div>
      <ol className="rule-cards" ref={list}>
        {rules.map((rule, index) => (
          <RuleCard
            key={rule.id}
            rule={rule}
            index={index}
            count={rules.length}
            problemOf={(part) => problemAt(problem, `rules[${index}]${part}`)}
            isDisabled={isDisabled}
            isVisible={isVisible}
            isNew={rule.id === added}
            isDragged={drag.dragged === index}
            handle={drag.handle(index)}
            onMove={(to) => move(index, to)}
            onRemove={() => remove(index)}
            onChange={(next) => onChange(rules.map((other) => (other.id === rule.id ? next : other)))}
          />
        ))}
      </ol>
      <Problem text={whole} />
      {!isDisabled && (
        <Button ref={addButton} className="button" onPress={add}>
          <PlusIcon /> {strings.edit.addRule}
        </Button>
      )}
      {isDisabled && rules.length === 0 && <p className="quiet">{strings.list.noRules}</p>}
      <p className="for-screen-readers" role="status">
        {news}
      </p>
    </div>
  );
}
