// The engine's module as bytes. The build puts them here; the source has none.

declare const WASM: string;

export const bytes = Uint8Array.from(atob(WASM), (character) => character.charCodeAt(0));
