// A difference, to be read.

import type { ReactNode } from 'react';
import type { TargetingRule } from '../api.js';
import { strings } from '../strings.js';
import { type Difference, type Pair, type RuleDifference } from './difference.js';
import './difference.css';

export function DifferenceView({ difference }: { readonly difference: Difference }) {
  const { is_enabled, rollout_percentage, description, client_visible, rules } = difference;
  return (
    <dl className="difference">
      {is_enabled && <Change name={strings.fields.is_enabled} pair={is_enabled} show={strings.onOff} />}
      {rollout_percentage && <Change name={strings.fields.rollout_percentage} pair={rollout_percentage} show={strings.rollout} />}
      {description && <Change name={strings.fields.description} pair={description} show={(text) => text ?? strings.noDescription} />}
      {client_visible && <Change name={strings.fields.client_visible} pair={client_visible} show={strings.visibility} />}
      {rules && (
        <>
          <dt>{strings.fields.rules}</dt>
          <dd>
            <ol className="rule-differences">
              {rules.map((rule, index) => (
                <RuleLine key={index} difference={rule} />
              ))}
            </ol>
          </dd>
        </>
      )}
    </dl>
  );
}

/** A rule as a sentence. */
export function RuleText({ rule }: { readonly rule: Pick<TargetingRule, 'attribute' | 'operator' | 'hash_values'> & { readonly values?: readonly string[] } }) {
  return (
    <>
      <code>{rule.attribute}</code> {strings.operators[rule.operator] ?? rule.operator} {rule.values && <Values values={rule.values} />}
      {rule.hash_values && <span className="quiet"> {strings.exposure.hashed}</span>}
    </>
  );
}

const MOST_VALUES = 12;

function Values({ values }: { readonly values: readonly string[] }) {
  const rest = values.length - MOST_VALUES;
  return (
    <span className="value-list">
      {values.slice(0, MOST_VALUES).map((value, index) => (
        <code className="chip" key={index}>
          {value === '' ? strings.emptyValue : value}
        </code>
      ))}
      {rest > 0 && <span className="quiet">{strings.more(rest)}</span>}
    </span>
  );
}

function Change<Value>({ name, pair, show }: { readonly name: string; readonly pair: Pair<Value>; readonly show: (value: Value) => string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Gone>{show(pair.before)}</Gone> <span aria-hidden="true">→</span> <Come>{show(pair.after)}</Come>
      </dd>
    </>
  );
}

function RuleLine({ difference }: { readonly difference: RuleDifference }) {
  const { kind, rule } = difference;
  return (
    <li data-kind={kind}>
      {kind !== 'same' && <span className="rule-kind">{strings.ruleKinds[kind]}</span>}
      {kind === 'removed' && <Gone><RuleText rule={rule} /></Gone>}
      {kind === 'added' && <Come><RuleText rule={rule} /></Come>}
      {(kind === 'same' || kind === 'moved') && <span><RuleText rule={rule} /></span>}
      {kind === 'changed' && (
        <span>
          <RuleText rule={{ attribute: rule.attribute, operator: rule.operator }} />
          {difference.removed.length > 0 && <Gone><Values values={difference.removed} /></Gone>}{' '}
          {difference.added.length > 0 && <Come><Values values={difference.added} /></Come>}
          {keptOf(difference) > 0 && <span className="quiet"> {strings.kept(keptOf(difference))}</span>}
        </span>
      )}
    </li>
  );
}

/** How many values stay as they were. */
function keptOf({ rule, added }: RuleDifference & { readonly kind: 'changed' }): number {
  return rule.values.length - added.length;
}

function Gone({ children }: { readonly children: ReactNode }) {
  return (
    <del>
      <span className="for-screen-readers">{strings.was} </span>
      {children}
    </del>
  );
}

function Come({ children }: { readonly children: ReactNode }) {
  return (
    <ins>
      <span className="for-screen-readers">{strings.becomes} </span>
      {children}
    </ins>
  );
}
