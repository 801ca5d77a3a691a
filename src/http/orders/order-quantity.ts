import { fail, succeed, type Result } from '../../base/result.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'

/** The field that an order with an amount may lack. */
const QTY = 'qty'

/** Required fields that the body of an order call may lack, by proto name: `withQuantity` adds them. */
export function fromAmount(protocol: string): readonly string[] {
  return protocol === 'Trd_PlaceOrder' ? [QTY] : []
}

/**
 * Sets the quantity of an order by amount, which states the money to spend, to 0, because the schema requires a
 * quantity. Where the body has both, the limits count the larger of the two.
 */
export function withQuantity(protocol: string, checked: WireMessage): Result<WireMessage> {
  const { qty, amount } = checked
  if (qty !== undefined || fromAmount(protocol).length === 0) return succeed(checked)
  if (typeof amount === 'number' && amount > 0) return succeed({ ...checked, [QTY]: 0 })
  return fail({ code: 'request.missing_field', path: QTY, expected: 'a finite number, or an amount above 0 instead' })
}
