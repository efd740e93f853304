// One of a few: the browser's own select, which phones and screen readers know best.

interface ChoiceProps<Name extends string> {
  readonly label: string;
  readonly all: readonly Name[];
  readonly names: Readonly<Record<Name, string>>;
  readonly value: Name;
  readonly onChange: (name: Name) => void;
  readonly isDisabled?: boolean;
}

export function Choice<Name extends string>({ label, all, names, value, onChange, isDisabled = false }: ChoiceProps<Name>) {
  return (
    <select
      className="choice"
      aria-label={label}
      value={value}
      data-chosen={value !== all[0] || undefined}
      disabled={isDisabled}
      onChange={(event) => onChange(event.target.value as Name)}
    >
      {all.map((name) => (
        <option key={name} value={name}>
          {names[name]}
        </option>
      ))}
    </select>
  );
}
