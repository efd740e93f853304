// A flag as the server shows it. For reading only: what its rules mean, the engine knows.

/** How an attribute is held against a rule's values; a newer server may know more. */
export type Operator = 'Equals' | 'NotEquals' | 'Contains' | 'StartsWith' | 'EndsWith' | (string & {});

/** The first rule that matches enables the flag, whatever the rollout. */
export interface TargetingRule {
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** One flag. */
export interface Flag {
  readonly key: string;
  readonly is_enabled: boolean;
  /** Share of users, 0 to 100 with at most three decimals; null is all. */
  readonly rollout_percentage: number | null;
  readonly description: string | null;
  readonly rules: readonly TargetingRule[];
  /** The store's revision at which the flag last changed. */
  readonly revision: number;
  /** RFC 3339, UTC. */
  readonly created_at: string;
  readonly updated_at: string;
}
