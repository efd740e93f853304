// Flags for pictures: as a shop might have them.

import type { FullFlag } from '../support/stage.js';

export const SHOWN: readonly FullFlag[] = [
  {
    key: 'new_checkout',
    is_enabled: true,
    rollout_percentage: 25,
    description: 'One page in place of four; ask the payments team before raising it',
    rules: [
      { attribute: 'email', operator: 'EndsWith', values: ['@acme.com', '@acme.co.uk'] },
      { attribute: 'country', operator: 'Equals', values: ['DE', 'AT', 'CH'] },
    ],
  },
  { key: 'dark_mode', is_enabled: true, rollout_percentage: null, description: 'Dark colours in the shop' },
  { key: 'checkout.express_pay', is_enabled: true, rollout_percentage: 1.5, description: 'Express payment on the product page', rules: [{ attribute: 'plan', operator: 'Equals', values: ['beta'] }] },
  { key: 'search-autocomplete', is_enabled: true, rollout_percentage: 50, description: null },
  { key: 'recommendations.v2', is_enabled: false, rollout_percentage: 10, description: 'New ranking of similar products' },
  { key: 'free_shipping_banner', is_enabled: false, description: 'Switched on for the winter sale' },
  { key: 'inventory.live_counts', is_enabled: true, rollout_percentage: 75, description: 'Stock counts without a reload' },
  { key: 'loyalty_points', is_enabled: true, rollout_percentage: 0, description: 'For invited customers only', rules: [{ attribute: 'customer_id', operator: 'Equals', values: ['c-1001', 'c-1007', 'c-1023'] }] },
  { key: 'maintenance_notice', is_enabled: false, description: 'Says that ordering is closed for a while' },
  { key: 'price_rounding', is_enabled: true, rollout_percentage: null, description: null },
  { key: 'returns.self_service', is_enabled: true, rollout_percentage: 33.333, description: 'Labels printed by the customer' },
  { key: 'reviews.photos', is_enabled: true, rollout_percentage: 90, description: 'Photos beside reviews' },
];
