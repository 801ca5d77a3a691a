/**
 * The JSON name of a proto field in snake case. A word ends between a lower-case letter or digit and a capital, and
 * before the last capital of a run if a lower-case letter follows (`orderIDExList` -> `order_id_ex_list`).
 */
export function jsonNameOf(protoName: string): string {
  return protoName
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}
