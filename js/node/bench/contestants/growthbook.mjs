// @growthbook/growthbook: GrowthBook's SDK, its client for servers, fed with a payload.
import { GrowthBookClient } from '@growthbook/growthbook';
import { openWith } from '../growthbook_client.mjs';

export { call } from '../growthbook_client.mjs';

export async function open(flags, flagKey) {
  return openWith(GrowthBookClient, flags, flagKey);
}
