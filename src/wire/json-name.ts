/**
 * The JSON name of a proto field: snake case, where a word ends between a lower-case letter or digit and a capital,
 * and before the last capital of a run that a lower-case letter follows (`orderIDExList` -> `order_id_ex_list`).
 */
export function jsonNameOf(protoName: string): string {
  return protoName
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}
