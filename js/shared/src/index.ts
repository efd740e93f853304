// What the clients for each platform take from here.

export { type Attributes, textOf } from './attributes.js';
export { BaseClient, type ClientEvents } from './client.js';
export { deepReasonOf } from './deep_reason.js';
export type { Engine, Maybe, Output, Status, SyncErrorCode } from './engine.js';
export { SidekickError, type SidekickErrorCode } from './errors.js';
export { decodeEvaluation, defaultEvaluation, type Evaluation, type Reason } from './evaluation.js';
export type { Listener } from './events.js';
export type { Flag, Operator, TargetingRule } from './flag.js';
export type { ClientOptions, Logger } from './options.js';
export { keepSnapshots, type SnapshotKeeper, type SnapshotStorage } from './storage.js';
