// The switch that shows whether a flag is on, and turns it.

import { Switch } from 'react-aria-components/Switch';
import './flag_switch.css';

interface FlagSwitchProps {
  /** What it turns, for screen readers. */
  readonly label: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  /** Its words beside it; without them the label is read only. */
  readonly text?: string;
  readonly onChange: (isOn: boolean) => void;
}

export function FlagSwitch({ label, isOn, isDisabled = false, text, onChange }: FlagSwitchProps) {
  return (
    <Switch className="switch" aria-label={label} isSelected={isOn} isDisabled={isDisabled} onChange={onChange}>
      <span className="switch-track">
        <span className="switch-knob" />
      </span>
      {text !== undefined && <span className="switch-text">{text}</span>}
    </Switch>
  );
}
