// What is wrong with a field, under it.

interface ProblemProps {
  readonly id?: string;
  readonly text: string | undefined;
}

export function Problem({ id, text }: ProblemProps) {
  // Always there, so that screen readers hear what comes into it.
  return (
    <p id={id} className="problem" aria-live="polite" hidden={text === undefined}>
      {text}
    </p>
  );
}
