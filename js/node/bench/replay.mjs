// The event stream of a Sidekick server, as text.

const EPOCH = 'b3ac4e0ff1a90001';
const CREATED = '2026-01-02T03:04:05.678Z';

/** A full replay, as the server's encoder writes it. */
export function replayOf(flags, revision) {
  const upserts = flags.map((flag) => `data: ${upsertOf(flag, revision)}\n\n`).join('');
  const ready = `id: ${EPOCH}:${revision}\nevent: ready\ndata: {"revision":${revision},"flags":${flags.length}}\n\n`;
  return `event: connected\ndata: true\n\n${upserts}${ready}`;
}

/** A live change. */
export function changeOf(flag, revision) {
  return `id: ${EPOCH}:${revision}\ndata: ${upsertOf(flag, revision)}\n\n`;
}

function upsertOf(flag, revision) {
  const { key, is_enabled, rollout_percentage, rules } = flag;
  const times = { created_at: CREATED, updated_at: CREATED };
  const document = { key, is_enabled, rollout_percentage, description: null, rules, revision, ...times };
  return JSON.stringify({ type: 'UPSERT', flag: document });
}
