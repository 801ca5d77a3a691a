import { ModifyOrderOp } from '../../proto/enums.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import type { KeyRecord } from './key-record.ts'

/**
 * The limits of a key that an order call would have to be checked against and is not, by their names in the key
 * file. An order of such a key must be refused: a limit that is not enforced would be a promise broken with money.
 * Cancelling is never held up.
 */
export function unenforcedLimits(key: KeyRecord | null, c2s: WireMessage): readonly string[] {
  if (key === null || c2s['modifyOrderOp'] === ModifyOrderOp.Cancel) return []
  return Object.entries(key.limits)
    .filter(([, limit]) => limit !== null)
    .map(([name]) => name)
}
