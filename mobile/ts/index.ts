// The package's entry.

export type { Attributes } from '../../js/shared/src/attributes.js';
export type { ClientEvents } from '../../js/shared/src/client.js';
export type { Status } from '../../js/shared/src/engine.js';
export { SidekickError, type SidekickErrorCode } from '../../js/shared/src/errors.js';
export type { Evaluation, Reason } from '../../js/shared/src/evaluation.js';
export type { Listener } from '../../js/shared/src/events.js';
export type { Flag, Operator, TargetingRule } from '../../js/shared/src/flag.js';
export type { ClientOptions, Logger } from '../../js/shared/src/options.js';
export { type FlagClient, type FlagUser, SidekickProvider, type SidekickProviderProps, useFlag, useSidekick } from '../../js/shared/src/react.js';
export type { SnapshotStorage } from '../../js/shared/src/storage.js';
export type { BoundUser } from './bound_user.js';
export { SidekickMobileClient } from './client.js';
export type { MobileClientOptions } from './options.js';
export type { AsyncStore, MobileStorage, SyncStore } from './storage.js';
