// What every entry of the package exports beside its client.

export type { Attributes } from '../../shared/src/attributes.js';
export type { ClientEvents } from '../../shared/src/client.js';
export type { Status } from '../../shared/src/engine.js';
export { SidekickError, type SidekickErrorCode } from '../../shared/src/errors.js';
export type { Evaluation, Reason } from '../../shared/src/evaluation.js';
export type { Listener } from '../../shared/src/events.js';
export type { Flag, Operator, TargetingRule } from '../../shared/src/flag.js';

export type { ClientOptions, Logger } from '../../shared/src/options.js';
export type { SnapshotStorage } from '../../shared/src/storage.js';
export type { BoundUser } from './bound_user.js';
export type { WasmSource } from './wasm.js';
