// A flag as the server shows it. For reading only: what its rules mean, the engine knows.

/** How an attribute is held against a rule's values; a newer server may know more. */
export type Operator = 'Equals' | 'NotEquals' | 'Contains' | 'StartsWith' | 'EndsWith' | 'EqualsHashed' | 'NotEqualsHashed' | (string & {});

/** The first rule that matches enables the flag, whatever the rollout. */
export interface TargetingRule {
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly string[];
  /** Whether client keys get hashes in place of the values; they never see this field. */
  readonly hash_values?: boolean;
  /** With the hashed operators: what the values were hashed with. */
  readonly salt?: string;
}

/** One flag. */
export interface Flag {
  readonly key: string;
  readonly is_enabled: boolean;
  /** Share of users, 0 to 100 with at most three decimals; null is all. */
  readonly rollout_percentage: number | null;
  /** For people; as the times, not sent to client keys. */
  readonly description?: string | null;
  /** Whether client keys get the flag; they never see this field. */
  readonly client_visible?: boolean;
  readonly rules: readonly TargetingRule[];
  /** The store's revision at which the flag last changed. */
  readonly revision: number;
  /** RFC 3339, UTC. */
  readonly created_at?: string;
  readonly updated_at?: string;
}
