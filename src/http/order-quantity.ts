import { fail, succeed, type Result } from '../base/result.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'

/** What an order may leave out beside an amount. */
const QTY = 'qty'

/** Required fields of an order call that its body may lack, by proto name: `withQuantity` gives them. */
export function fromAmount(protocol: string): readonly string[] {
  return protocol === 'Trd_PlaceOrder' ? [QTY] : []
}

/**
 * An order by amount says how much money to spend instead of how many to buy. The schema requires the quantity all the
 * same, and it is 0 then: with a quantity too, the limits count the larger of the two.
 */
export function withQuantity(protocol: string, checked: WireMessage): Result<WireMessage> {
  const { qty, amount } = checked
  if (qty !== undefined || fromAmount(protocol).length === 0) return succeed(checked)
  if (typeof amount === 'number' && amount > 0) return succeed({ ...checked, [QTY]: 0 })
  return fail({ code: 'request.missing_field', path: QTY, expected: 'a finite number, or an amount above 0 instead' })
}
