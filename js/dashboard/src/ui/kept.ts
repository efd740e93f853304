// What the browser keeps for the page. One that is told to keep nothing still shows the page.

type Place = 'localStorage' | 'sessionStorage';

export function kept(place: Place, name: string): string | undefined {
  return tried(() => window[place].getItem(name)) ?? undefined;
}

export function keep(place: Place, name: string, value: string): void {
  tried(() => window[place].setItem(name, value));
}

export function forget(place: Place, name: string): void {
  tried(() => window[place].removeItem(name));
}

function tried<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
