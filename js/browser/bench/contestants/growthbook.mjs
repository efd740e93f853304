// @growthbook/growthbook: GrowthBook's SDK, fed with a payload.
import { GrowthBookClient } from '@growthbook/growthbook';
import { openWith } from '../../../node/bench/growthbook_client.mjs';

export { call } from '../../../node/bench/growthbook_client.mjs';

export async function open(flags, flagKey) {
  return openWith(GrowthBookClient, flags, flagKey);
}
