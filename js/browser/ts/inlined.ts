// The engine's module as bytes. The build puts them here; the source has none.

/** Two digits a byte: base64 is shorter, but cuts bytes where no compression sees them any more (brotli: 19 % more). */
declare const WASM: string;

export const bytes = Uint8Array.from(WASM.match(/../g)!, (digits) => Number.parseInt(digits, 16));
