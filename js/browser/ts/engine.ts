// The core's sync engine in WebAssembly, as the driver calls it.

import type { Engine, Output, OutputKind } from '../../shared/src/engine.js';
import type { Exchange } from './exchange.js';

/** The most bytes that are handed over at once: what the instance takes for its input, it keeps. */
const PIECE = 60_000;

export function engineOf(exchange: Exchange): Engine {
  const { wasm } = exchange;
  return {
    start: wasm.start,
    handleConnected(now, status, contentType, retryAfter) {
      const length = exchange.writeText(contentType);
      const whole = exchange.writeText(contentType + retryAfter);
      wasm.handle_connected(now, status, length, whole - length);
    },
    handleBytes(now, bytes) {
      for (let at = 0; at < bytes.length; at += PIECE) wasm.handle_bytes(now, exchange.write(bytes.subarray(at, at + PIECE)));
    },
    handleDisconnected: wasm.handle_disconnected,
    handleTimeout: wasm.handle_timeout,
    retryNow: wasm.retry_now,
    close: wasm.close,
    pollOutput(): Output | undefined {
      const kind = wasm.poll_output() as OutputKind;
      return kind && { kind, text: exchange.text(), number: exchange.number() };
    },
    status: wasm.status,
    revision: wasm.revision,
    flagsJson() {
      wasm.flags_json();
      return exchange.text();
    },
    exportSnapshot: () => (wasm.export_snapshot() ? exchange.text() : undefined),
    importSnapshot(text) {
      const taken = wasm.import_snapshot(exchange.writeText(text));
      if (taken < 0) throw new Error(exchange.text());
      return taken > 0;
    },
  };
}
