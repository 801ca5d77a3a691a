/** A change of one stored record. */
export interface RecordChange {
  readonly name: string
  /** JSON; null for a record that is removed. */
  readonly text: string | null
}

/** Whether two plain JSON values are equal. Members that are undefined count as absent, as they do in JSON. */
export function equalData(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const [members, others] = [one, other] as readonly Readonly<Record<string, unknown>>[]
  if (members === undefined || others === undefined) return false
  for (const name in members) if (!equalData(members[name], others[name])) return false
  for (const name in others) if (others[name] !== undefined && members[name] === undefined) return false
  return true
}
