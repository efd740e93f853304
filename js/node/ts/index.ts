// The package's exports.

export {
  type Attributes,
  type ClientEvents,
  type ClientOptions,
  type Evaluation,
  type Flag,
  type Listener,
  type Logger,
  type Operator,
  type Reason,
  SidekickError,
  type SidekickErrorCode,
  type SnapshotStorage,
  type Status,
  type TargetingRule,
} from '../../shared/src/index.js';
export type { BoundUser } from './bound_user.js';
export { SidekickClient } from './client.js';
export { fileStorage } from './file_storage.js';
