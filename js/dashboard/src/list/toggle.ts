// Turning a flag on or off from where it is shown, with a way back.

import { ApiError, type Flag } from '../api.js';
import type { Session } from '../session/session.js';
import { strings } from '../strings.js';
import { Store } from '../ui/store.js';
import { toast } from '../ui/toasts.js';

/** Flags whose switch was moved and whose write is not answered, with what it was moved to. */
export const moved = new Store<ReadonlyMap<string, boolean>>(new Map());

/**
 * Writes the kill-switch alone, whatever else was changed meanwhile: who turns a flag off at night means off. The way
 * back is only for the flag as it was left.
 */
export async function turn(session: Session, flag: Flag, isEnabled: boolean): Promise<void> {
  const written = await send(session, flag.key, isEnabled);
  if (!written) return;
  toast({
    text: isEnabled ? strings.toggle.on(flag.key) : strings.toggle.off(flag.key),
    action: { label: strings.toggle.undo, act: () => void send(session, flag.key, !isEnabled, written.revision) },
  });
}

async function send({ api, follower }: Session, key: string, isEnabled: boolean, ifRevision?: number): Promise<Flag | undefined> {
  moved.update((all) => new Map(all).set(key, isEnabled));
  try {
    const condition = ifRevision === undefined ? undefined : { ifRevision };
    return await follower.write(key, () => api.patch(key, { is_enabled: isEnabled }, condition));
  } catch (error) {
    const { status, message } = error as ApiError;
    toast({ text: status === 412 ? strings.toggle.undoConflict(key) : strings.toggle.failed(key, message), isError: true });
    return undefined;
  } finally {
    moved.update((all) => {
      const left = new Map(all);
      left.delete(key);
      return left;
    });
  }
}
