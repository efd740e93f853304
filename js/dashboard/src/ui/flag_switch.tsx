// The switch that shows whether a flag is on, and turns it: the browser's own, for a list makes and drops many of them
// while it is scrolled.

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
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        className="switch-input"
        aria-label={label}
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {text !== undefined && <span className="switch-text">{text}</span>}
    </label>
  );
}
